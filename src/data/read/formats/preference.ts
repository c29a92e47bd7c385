import { isRecord } from "../../../lib/json";
import type { PreferenceRow, RowTurn } from "../../../shared/rows";
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
import { LIST_FIELDS, listField } from "./messages";
import { readPrompt } from "./prompt-completion";
import { type Dialogue, turnStyleOf, readTools, readTurn, readTurns, withAnswer } from "./turns";

/** Preference pairs: two answers as strings or messages, with an explicit prompt or one contained in both. */
export const preference: RowFormat = {
  id: "preference",
  fields: new Set([...LIST_FIELDS, "prompt", "chosen", "rejected", "system", "tools"]),
  fits: (value) =>
    hasFields(value, "chosen", "rejected") && (!isColumn(value.chosen) || isAnswer(value.chosen)),
  read: readPreference,
};

function isAnswer(value: unknown): boolean {
  return turnStyleOf(value) !== null || (isRecord(value) && ("role" in value || "from" in value));
}

function readPreference(value: Fields): PreferenceRow {
  const chosen = readSide(value, "chosen");
  const rejected = readSide(value, "rejected");
  const { system = optionalText(value, "system"), ...parts } = preferenceParts(value, chosen, rejected);
  const tools = readTools(value.tools);
  return {
    kind: "preference",
    ...(system ? { system } : {}),
    ...parts,
    ...(tools.length > 0 ? { tools } : {}),
  };
}

/** Reads one of the answers, which may include the prompt. */
export function readSide(value: Fields, field: "chosen" | "rejected"): string | Dialogue {
  const side = value[field];
  if (turnStyleOf(side) !== null) {
    const dialogue = readTurns(side, field);
    withAnswer(dialogue.turns);
    return dialogue;
  }
  if (isRecord(side)) return { turns: [readTurn(side, field, 1)] };
  return side === undefined ? requiredText(value, field) : text(side, field);
}

interface Parts {
  readonly system?: string;
  readonly prompt: readonly RowTurn[];
  readonly chosen: readonly RowTurn[];
  readonly rejected: readonly RowTurn[];
}

function preferenceParts(value: Fields, chosen: string | Dialogue, rejected: string | Dialogue): Parts {
  if (typeof chosen === "string" || typeof rejected === "string") {
    if (typeof chosen !== "string" || typeof rejected !== "string")
      throw new FaultyRow({ kind: "sides-differ" });
    const given = givenPrompt(value);
    if (given) return withTurns(given, answerTurns(chosen), answerTurns(rejected));
    const [prompt, better, worse] = splitTexts(chosen, rejected);
    const turns: RowTurn[] = prompt === "" ? [] : [{ role: "user", text: prompt }];
    return { prompt: turns, chosen: answerTurns(better), rejected: answerTurns(worse) };
  }
  const isWhole = chosen.turns[0]?.role !== "assistant" || rejected.turns[0]?.role !== "assistant";
  const given = isWhole ? null : givenPrompt(value);
  if (given) return withTurns(given, chosen.turns, rejected.turns);
  const shared = sharedTurns(chosen.turns, rejected.turns);
  return {
    ...(chosen.system ? { system: chosen.system } : {}),
    prompt: chosen.turns.slice(0, shared),
    chosen: withAnswer(chosen.turns.slice(shared)),
    rejected: withAnswer(rejected.turns.slice(shared)),
  };
}

/** Explicit prompt: `prompt`, or a list of turns. */
function givenPrompt(value: Fields): Dialogue | null {
  const field = listField(value);
  if (field) return readTurns(value[field], field);
  return value.prompt === undefined || value.prompt === null ? null : readPrompt(value.prompt);
}

function withTurns(given: Dialogue, chosen: readonly RowTurn[], rejected: readonly RowTurn[]): Parts {
  return { ...(given.system ? { system: given.system } : {}), prompt: given.turns, chosen, rejected };
}

export function answerTurns(answer: string): readonly RowTurn[] {
  return [{ role: "assistant", text: answer }];
}

/** The common prefix is the prompt; a space before the difference belongs to the answers, as in TRL. */
function splitTexts(chosen: string, rejected: string): readonly [string, string, string] {
  const shortest = Math.min(chosen.length, rejected.length);
  let at = 0;
  while (at < shortest && chosen[at] === rejected[at]) at++;
  if (at === shortest) at--;
  if (at > 0 && chosen[at - 1] === " ") at--;
  // Do not split a surrogate pair.
  if (at > 0 && /[\uD800-\uDBFF]/.test(chosen[at - 1] ?? "")) at--;
  at = Math.max(at, 0);
  return [chosen.slice(0, at), chosen.slice(at), rejected.slice(at)];
}

/** Number of common leading turns; each side keeps at least one turn. */
function sharedTurns(chosen: readonly RowTurn[], rejected: readonly RowTurn[]): number {
  const most = Math.min(chosen.length, rejected.length) - 1;
  let shared = 0;
  while (shared < most && JSON.stringify(chosen[shared]) === JSON.stringify(rejected[shared])) shared++;
  return shared;
}
