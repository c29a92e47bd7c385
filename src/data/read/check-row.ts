import { isRecord } from "../../lib/json";
import type { Row } from "../../spec/data";

/** A value of the file as a row, or why it is none. */
export type CheckedRow = { readonly row: Row } | { readonly reason: string };

const KNOWN_FIELDS: ReadonlySet<string> = new Set(["instruction", "input", "output", "system", "history"]);

/**
 * Checks one value: an object with the texts `instruction` and `output`; `input` and `system` are texts where they are
 * there, `history` a list of [question, answer]. Texts must be whole Unicode without NUL.
 * @param onIgnored told the names of all other fields
 */
export function checkRow(value: unknown, onIgnored: (field: string) => void): CheckedRow {
  if (!isRecord(value)) return { reason: `is ${kindOf(value)}, not an object` };
  for (const field of Object.keys(value)) if (!KNOWN_FIELDS.has(field)) onIgnored(field);
  const { instruction, output, input = "", system = null, history = null } = value;
  const reason =
    missingText("instruction", instruction) ??
    missingText("output", output) ??
    textProblem("input", input) ??
    (system === null ? null : textProblem("system", system)) ??
    (history === null ? null : historyProblem(history));
  if (reason !== null) return { reason };
  return {
    row: {
      instruction: String(instruction),
      input: String(input),
      output: String(output),
      ...(system ? { system: String(system) } : {}),
      ...(isHistory(history) && history.length > 0 ? { history } : {}),
    },
  };
}

function missingText(field: string, value: unknown): string | null {
  return value === undefined ? `has no "${field}"` : textProblem(field, value);
}

function textProblem(field: string, value: unknown): string | null {
  if (typeof value !== "string") return `has ${kindOf(value)} as "${field}", not text`;
  if (value.includes("\0")) return `has a NUL character in "${field}"`;
  if (!value.isWellFormed()) return `has half a character (a lone surrogate) in "${field}"`;
  return null;
}

function historyProblem(value: unknown): string | null {
  if (!isHistory(value)) return 'has a "history" that is not a list of [question, answer]';
  return value.flat().reduce<string | null>((found, text) => found ?? textProblem("history", text), null);
}

function isHistory(value: unknown): value is [string, string][] {
  if (!Array.isArray(value)) return false;
  return value.every(
    (turn) => Array.isArray(turn) && turn.length === 2 && turn.every((text) => typeof text === "string"),
  );
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}
