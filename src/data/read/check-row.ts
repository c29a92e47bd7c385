import { isRecord } from "../../lib/json";
import type { JsonKind, RowFault } from "../../lib/problems/dataset-faults";
import type { Row } from "../../shared/data";

/** A value of the file as a row, or why it is none. */
export type CheckedRow = { readonly row: Row } | { readonly fault: RowFault };

const KNOWN_FIELDS: ReadonlySet<string> = new Set(["instruction", "input", "output", "system", "history"]);

/**
 * Checks one value: an object with the texts `instruction` and `output`; `input` and `system` are texts where they are
 * there, `history` a list of [question, answer]; null is as good as not there, and so is an empty text. Texts must be
 * whole Unicode without NUL.
 * @param onIgnored told the names of all other fields
 */
export function checkRow(value: unknown, onIgnored: (field: string) => void): CheckedRow {
  if (!isRecord(value)) return { fault: { kind: "not-an-object", found: kindOf(value) } };
  for (const field of Object.keys(value)) if (!KNOWN_FIELDS.has(field)) onIgnored(field);
  const { instruction, output } = value;
  const input = value.input ?? "";
  const system = value.system ?? "";
  const history = value.history === "" ? [] : (value.history ?? []);
  const fault =
    missingText("instruction", instruction) ??
    missingText("output", output) ??
    textFault("input", input) ??
    textFault("system", system) ??
    historyFault(history);
  if (fault !== null) return { fault };
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

function missingText(field: string, value: unknown): RowFault | null {
  return value === undefined ? { kind: "no-field", field } : textFault(field, value);
}

function textFault(field: string, value: unknown): RowFault | null {
  if (typeof value !== "string") return { kind: "not-text", field, found: kindOf(value) };
  if (value.includes("\0")) return { kind: "nul", field };
  if (!value.isWellFormed()) return { kind: "half-character", field };
  return null;
}

function historyFault(value: unknown): RowFault | null {
  if (!isHistory(value)) return { kind: "history-form" };
  return value.flat().reduce<RowFault | null>((found, text) => found ?? textFault("history", text), null);
}

function isHistory(value: unknown): value is [string, string][] {
  if (!Array.isArray(value)) return false;
  return value.every(
    (turn) => Array.isArray(turn) && turn.length === 2 && turn.every((text) => typeof text === "string"),
  );
}

function kindOf(value: unknown): JsonKind {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  if (typeof value === "string") return "text";
  return typeof value === "boolean" ? "boolean" : "number";
}
