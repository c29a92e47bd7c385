import { alpacaRow, type ConversationRow, type RowTurn } from "../../../shared/rows";
import {
  FaultyRow,
  type Fields,
  hasFields,
  isColumn,
  requiredText,
  optionalText,
  type RowFormat,
  text,
} from "./format";

/**
 * Stanford Alpaca rows: required strings `instruction` and `output`; optional strings `input` and `system`, and
 * `history`, a list of [question, answer]. Null and "" count as absent.
 */
export const alpaca: RowFormat = {
  id: "alpaca",
  fields: new Set(["instruction", "input", "output", "system", "history"]),
  fits: (value) => hasFields(value, "instruction", "output") && !isColumn(value.instruction),
  read: alpacaConversation,
};

/** The row's conversation with its answer. */
export function alpacaConversation(value: Fields): ConversationRow {
  const instruction = requiredText(value, "instruction");
  const output = requiredText(value, "output");
  return alpacaRow({ instruction, output, ...alpacaSetting(value) });
}

/** The row's conversation without an answer. */
export function alpacaQuestion(value: Fields): {
  readonly system?: string;
  readonly turns: readonly RowTurn[];
} {
  const instruction = requiredText(value, "instruction");
  const { turns, ...rest } = alpacaRow({ instruction, output: "", ...alpacaSetting(value) });
  return { ...(rest.system ? { system: rest.system } : {}), turns: turns.slice(0, -1) };
}

function alpacaSetting(value: Fields): { input: string; system: string; history: [string, string][] } {
  const input = optionalText(value, "input");
  const system = optionalText(value, "system");
  return { input, system, history: history(value.history) };
}

function history(value: unknown): [string, string][] {
  if (value === undefined || value === null || value === "") return [];
  if (!isHistory(value)) throw new FaultyRow({ kind: "history-form" });
  for (const turn of value.flat()) text(turn, "history");
  return value;
}

function isHistory(value: unknown): value is [string, string][] {
  if (!Array.isArray(value)) return false;
  return value.every(
    (turn) => Array.isArray(turn) && turn.length === 2 && turn.every((one) => typeof one === "string"),
  );
}
