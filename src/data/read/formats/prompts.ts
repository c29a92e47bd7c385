import { isRecord } from "../../../lib/json";
import { type Fields, parseNested } from "./format";
import { listField } from "./messages";
import { turnStyleOf } from "./turns";

/** What asks, and the field in which its answer would stand. */
const ANSWER_FIELDS: readonly (readonly [asked: string, answered: string])[] = [
  ["instruction", "output"],
  ["prompt", "completion"],
  ["question", "answer"],
];

/** A row that may lack its answer, with an empty one in its place; a text becomes a question. */
export function completedPrompt(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const field = listField(value);
  if (field !== undefined) return { ...value, [field]: withEmptyAnswer(value[field]) };
  for (const [asked, answered] of ANSWER_FIELDS) if (asked in value) return { [answered]: "", ...value };
  const { text, ...others }: Fields = value;
  return typeof text === "string" ? { ...others, instruction: text, output: "" } : value;
}

/** A list of turns that ends with an answer. */
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
