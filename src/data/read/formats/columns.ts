import type { ColumnMapping } from "../../../shared/data";
import { alpacaRow, type Row } from "../../../shared/rows";
import { FaultyRow, type Fields, kindOf, text } from "./format";

/** Reads a row with user-assigned column roles. @throws FaultyRow */
export function readColumns(value: Fields, { roles }: ColumnMapping): Row {
  if (roles.text !== undefined) return { kind: "text", text: cell(value, roles.text) };
  const optional = (column: string | undefined): string => {
    const found = column === undefined ? null : (value[column] ?? null);
    return column === undefined || found === null ? "" : cell(value, column);
  };
  if (roles.output === undefined) throw new FaultyRow({ kind: "no-field", field: "output" });
  return alpacaRow({
    instruction: optional(roles.instruction),
    input: optional(roles.input),
    output: cell(value, roles.output),
    system: optional(roles.system),
  });
}

/** Columns used by a mapping. */
export function usedColumns({ roles }: ColumnMapping): ReadonlySet<string> {
  return new Set(Object.values(roles));
}

/** Numbers and booleans are converted to text. */
function cell(value: Fields, column: string): string {
  const found = value[column];
  if (found === undefined) throw new FaultyRow({ kind: "no-field", field: column });
  if (typeof found === "number" || typeof found === "boolean") return String(found);
  if (typeof found !== "string")
    throw new FaultyRow({ kind: "not-text", field: column, found: kindOf(found) });
  return text(found, column);
}
