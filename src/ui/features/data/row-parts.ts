import { isRecord } from "../../../lib/json";
import { conversationOf, type Row, type RowTurn } from "../../../shared/rows";

/** A text of a row with the file format's name for it. */
export interface RowPart {
  readonly name: string;
  readonly value: string;
}

/** The texts of a row in order. Names are those of the formats, so they are not translated. */
export function rowParts(row: Row): RowPart[] {
  if (row.kind === "text") return [{ name: "text", value: row.text }];
  const setting: RowPart[] = [
    ...(row.system === undefined ? [] : [{ name: "system", value: row.system }]),
    ...(row.tools === undefined ? [] : [{ name: "tools", value: row.tools.map(toolName).join(", ") }]),
  ];
  if (row.kind === "preference") {
    const side = (name: string, turns: readonly RowTurn[]): RowPart[] =>
      turns.flatMap(turnParts).map((part) => (part.name === "output" ? { ...part, name } : part));
    return [
      ...setting,
      ...row.prompt.flatMap(turnParts),
      ...side("chosen", row.chosen),
      ...side("rejected", row.rejected),
    ];
  }
  const { turns } = conversationOf(row);
  const label = row.kind === "labelled" ? [{ name: "label", value: String(row.good) }] : [];
  return [...setting, ...turns.flatMap(turnParts), ...label];
}

/** All part names used in some rows. */
export function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => rowParts(row).map(({ name }) => name)))];
}

function turnParts(turn: RowTurn): RowPart[] {
  switch (turn.role) {
    case "user":
      return [
        { name: "instruction", value: turn.text },
        ...(turn.input ? [{ name: "input", value: turn.input }] : []),
      ];
    case "assistant": {
      const calls = (turn.toolCalls ?? []).map(({ name, arguments: given }) => ({
        name: "call",
        value: `${name}(${JSON.stringify(given)})`,
      }));
      return turn.text === "" && calls.length > 0 ? calls : [{ name: "output", value: turn.text }, ...calls];
    }
    default:
      return [{ name: turn.role, value: turn.text }];
  }
}

function toolName(tool: unknown): string {
  const inner = isRecord(tool) && isRecord(tool.function) ? tool.function : tool;
  return isRecord(inner) && typeof inner.name === "string" ? inner.name : JSON.stringify(tool);
}
