import { isNestedTooDeep } from "../../lib/json";
import type { AnswerScore } from "../score";

/** Whether the answer is valid JSON; null unless the expected answer is a JSON object or list. */
export const json: AnswerScore = ({ answer, expected }) =>
  /^\s*[[{]/.test(expected) && isJson(expected) ? Number(isJson(answer)) : null;

function isJson(text: string): boolean {
  if (isNestedTooDeep(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
