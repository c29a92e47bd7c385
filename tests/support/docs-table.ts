import { readFileSync, writeFileSync } from "node:fs";

const METHODS = "docs/methods.md";

/** Replaces the named table in docs/methods.md, or another file, between its markers. */
export function putIntoDocs(
  name: "table:methods" | "table:capabilities" | "table:presets" | "bench:gpu",
  table: string,
  file = METHODS,
): void {
  const text = readFileSync(file, "utf8");
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for ${name}`);
  writeFileSync(file, `${text.slice(0, from)}${start}\n${table}\n\n${text.slice(to)}`);
}
