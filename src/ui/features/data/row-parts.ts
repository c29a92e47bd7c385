import { isRecord } from "../../../lib/json";
import type { Row, RowTurn } from "../../../shared/rows";

/** Path to a text within a row. */
export type PartPath = readonly (string | number)[];

/** A text of a row, named as in its file format. */
export interface RowPart {
  readonly name: string;
  readonly value: string;
  /** Null for parts that cannot be edited as text: tools, calls, labels. */
  readonly path: PartPath | null;
}

/** The texts of a row in order. Names are those of the formats, so they are not translated. */
export function rowParts(row: Row): RowPart[] {
  if (row.kind === "text") return [{ name: "text", value: row.text, path: ["text"] }];
  const setting: RowPart[] = [
    ...(row.system === undefined ? [] : [{ name: "system", value: row.system, path: ["system"] }]),
    ...(row.tools === undefined
      ? []
      : [{ name: "tools", value: row.tools.map(toolName).join(", "), path: null }]),
  ];
  if (row.kind === "preference") {
    const side = (name: "chosen" | "rejected", turns: readonly RowTurn[]): RowPart[] =>
      turnsParts(turns, name).map((part) => (part.name === "output" ? { ...part, name } : part));
    return [
      ...setting,
      ...turnsParts(row.prompt, "prompt"),
      ...side("chosen", row.chosen),
      ...side("rejected", row.rejected),
    ];
  }
  const label = row.kind === "labelled" ? [{ name: "label", value: String(row.good), path: null }] : [];
  return [...setting, ...turnsParts(row.turns, "turns"), ...label];
}

/** The row with one text replaced. */
export function withText(row: Row, path: PartPath, text: string): Row {
  return replaced(row, path, text) as Row;
}

function replaced(value: unknown, [key, ...rest]: PartPath, text: string): unknown {
  if (key === undefined) return text;
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) => (index === key ? replaced(each, rest, text) : each));
  }
  return isRecord(value) ? { ...value, [key]: replaced(value[key], rest, text) } : value;
}

/** An empty row of the dataset's kind. */
export function emptyRow(kind: Row["kind"]): Row {
  if (kind === "text") return { kind, text: "" };
  const asked: RowTurn = { role: "user", text: "" };
  const answer: RowTurn = { role: "assistant", text: "" };
  if (kind === "preference") return { kind, prompt: [asked], chosen: [answer], rejected: [answer] };
  if (kind === "labelled") return { kind, turns: [asked, answer], good: true };
  return { kind, turns: [asked, answer] };
}

/** All part names used in some rows. */
export function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => rowParts(row).map(({ name }) => name)))];
}

function turnsParts(turns: readonly RowTurn[], list: string): RowPart[] {
  return turns.flatMap((turn, index) => turnParts(turn, [list, index]));
}

function turnParts(turn: RowTurn, path: PartPath): RowPart[] {
  const text = (name: string): RowPart => ({ name, value: turn.text, path: [...path, "text"] });
  switch (turn.role) {
    case "user":
      return [
        text("instruction"),
        ...(turn.input ? [{ name: "input", value: turn.input, path: [...path, "input"] }] : []),
      ];
    case "assistant": {
      const calls = (turn.toolCalls ?? []).map(({ name, arguments: given }) => ({
        name: "call",
        value: `${name}(${JSON.stringify(given)})`,
        path: null,
      }));
      return turn.text === "" && calls.length > 0 ? calls : [text("output"), ...calls];
    }
    default:
      return [text(turn.role)];
  }
}

function toolName(tool: unknown): string {
  const inner = isRecord(tool) && isRecord(tool.function) ? tool.function : tool;
  return isRecord(inner) && typeof inner.name === "string" ? inner.name : JSON.stringify(tool);
}
