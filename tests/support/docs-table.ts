import { readFileSync, writeFileSync } from "node:fs";

const METHODS = "docs/methods.md";

/** Replaces the named table in docs/methods.md, between its markers. */
export function putIntoDocs(
  name: "table:methods" | "table:capabilities" | "table:presets",
  table: string,
): void {
  const text = readFileSync(METHODS, "utf8");
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${METHODS} has no place for ${name}`);
  writeFileSync(METHODS, `${text.slice(0, from)}${start}\n${table}\n\n${text.slice(to)}`);
}
