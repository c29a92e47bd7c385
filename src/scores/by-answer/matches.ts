import { pythonStrip } from "../../lib/python-text";
import type { AnswerScore } from "../score";

/** Whether the answer equals the expected one, ignoring surrounding whitespace. */
export const exact: AnswerScore = ({ answer, expected }) =>
  Number(pythonStrip(answer) === pythonStrip(expected));

/** Whether they are equal up to case, punctuation and whitespace. */
export const normalised: AnswerScore = ({ answer, expected }) =>
  Number(normalise(answer) === normalise(expected));

/** Whether the answer contains the expected one, likewise normalised. */
export const contains: AnswerScore = ({ answer, expected }) => {
  const wanted = normalise(expected);
  return wanted === "" ? null : Number(normalise(answer).includes(wanted));
};

/** NFKC in lower case, with each run of punctuation and whitespace replaced by a space. */
function normalise(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\p{P}\s]+/gu, " ")
    .trim();
}
