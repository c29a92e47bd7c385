import { isRecord } from "../../lib/json";
import type { OtherFormat } from "../../lib/problems/dataset-faults";

/** Fields that rows of other forms have, all of them, in the order in which they are looked for. */
const forms: readonly (readonly [OtherFormat, readonly string[]])[] = [
  ["messages", ["messages"]],
  ["messages", ["role", "content"]],
  ["sharegpt", ["conversations"]],
  ["sharegpt", ["from", "value"]],
  ["preference", ["chosen", "rejected"]],
  ["dolly", ["instruction", "response"]],
  ["prompt-completion", ["prompt", "completion"]],
  ["question-answer", ["question", "answer"]],
  ["text", ["text"]],
];

/** The form of a value that is no Alpaca row but a row of another known form, else null. */
export function otherForm(value: unknown): OtherFormat | null {
  if (!isRecord(value) || isAlpaca(value)) return null;
  if (isColumn(value.instruction) || isColumn(value.output)) return "columns";
  return forms.find(([, fields]) => fields.every((field) => field in value))?.[0] ?? null;
}

/** True for an object that is meant as a row, of this or another form. */
export function looksLikeRow(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return "instruction" in value || "output" in value || isHubRow(value) || otherForm(value) !== null;
}

/** The row in what the Hub's viewer gives out: {"row_idx": 0, "row": {…}}. */
export function withoutHubFrame(value: unknown): unknown {
  return isRecord(value) && isHubRow(value) ? value.row : value;
}

function isHubRow(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value.row_idx === "number" && isRecord(value.row);
}

function isAlpaca(value: Readonly<Record<string, unknown>>): boolean {
  return "instruction" in value && "output" in value && !isColumn(value.instruction);
}

/** A whole column in the place of a text: {"0": …, "1": …} or a list. */
function isColumn(value: unknown): boolean {
  return isRecord(value) || Array.isArray(value);
}
