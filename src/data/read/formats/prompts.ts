import { isRecord } from "../../../lib/json";
import { type Fields, parseNested } from "./format";
import { listField } from "./messages";
import { turnStyleOf } from "./turns";

/** Fields with the prompt, and the field of its answer. */
const ANSWER_FIELDS: readonly (readonly [asked: string, answered: string])[] = [
  ["instruction", "output"],
  ["prompt", "completion"],
  ["question", "answer"],
];

/** Adds an empty answer to a row without one; a text becomes a question. */
export function completedPrompt(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const field = listField(value);
  if (field !== undefined) return { ...value, [field]: withEmptyAnswer(value[field]) };
  for (const [asked, answered] of ANSWER_FIELDS) if (asked in value) return { [answered]: "", ...value };
  const { text, ...others }: Fields = value;
  return typeof text === "string" ? { ...others, instruction: text, output: "" } : value;
}

/** Ensures that a list of turns ends with an answer. */
function withEmptyAnswer(list: unknown): unknown {
  const turns = parseNested(list);
  if (!Array.isArray(turns)) return list;
  const last: unknown = turns.at(-1);
  const isAnswer =
    isRecord(last) && ["assistant", "gpt", "model", "bot"].includes(String(last.role ?? last.from));
  if (isAnswer) return turns;
  const answer =
    turnStyleOf(turns) === "sharegpt" ? { from: "gpt", value: "" } : { role: "assistant", content: "" };
  return [...turns, answer];
}
