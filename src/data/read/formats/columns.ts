import type { ColumnMapping } from "../../../shared/data";
import { alpacaRow, type Row } from "../../../shared/rows";
import { FaultyRow, type Fields, kindOf, text, parseNested } from "./format";

/** Reads a row with user-assigned column roles. @throws FaultyRow */
export function readColumns(value: Fields, { roles, template = "" }: ColumnMapping): Row {
  if (template !== "" && roles.output === undefined) return { kind: "text", text: filled(template, value) };
  if (template === "" && roles.text !== undefined) return { kind: "text", text: cell(value, roles.text) };
  const optional = (column: string | undefined): string => {
    const found = column === undefined ? null : (value[column] ?? null);
    return column === undefined || found === null ? "" : cell(value, column);
  };
  if (roles.output === undefined) throw new FaultyRow({ kind: "no-field", field: "output" });
  return alpacaRow({
    instruction: template === "" ? optional(roles.instruction) : filled(template, value),
    input: optional(roles.input),
    output: cell(value, roles.output),
    system: optional(roles.system),
  });
}

/** Columns used by a mapping. */
export function usedColumns({ roles, template = "" }: ColumnMapping): ReadonlySet<string> {
  const named = Array.from(template.matchAll(PLACE), ([, column = ""]) => column);
  return new Set([...Object.values(roles), ...named]);
}

/** A {column} placeholder of a template. */
const PLACE = /\{([^{}]+)\}/g;

/**
 * Fills in a template with the row's values; braces around anything but a column are kept.
 * @throws FaultyRow
 */
function filled(template: string, value: Fields): string {
  return text(
    template.replace(PLACE, (whole, column: string) => (column in value ? written(value[column]) : whole)),
    "template",
  );
}

/** Lists become one line per entry; missing values are empty. */
function written(value: unknown): string {
  const found = parseNested(value);
  if (found === null || found === undefined) return "";
  if (Array.isArray(found)) return found.map(written).join("\n");
  if (typeof found === "object") return JSON.stringify(found);
  // A string that is not JSON of a list or object is used as it is.
  return typeof value === "string" ? value : String(found as number | boolean);
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
