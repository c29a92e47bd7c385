import { pythonStrip } from "../../lib/python-text";
import type { AnswerScore } from "../score";

/** Whether the answer is the expected one, white space at both ends aside. */
export const exact: AnswerScore = ({ answer, expected }) =>
  Number(pythonStrip(answer) === pythonStrip(expected));

/** Whether they are the same but for case, punctuation and white space. */
export const normalised: AnswerScore = ({ answer, expected }) =>
  Number(normalise(answer) === normalise(expected));

/** Whether the expected answer stands in the answer, but for the same. */
export const contains: AnswerScore = ({ answer, expected }) => {
  const wanted = normalise(expected);
  return wanted === "" ? null : Number(normalise(answer).includes(wanted));
};

/** Lower case in Unicode's compatibility form, with each run of punctuation and white space as one blank. */
function normalise(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{P}\s]+/gu, " ")
    .trim();
}
