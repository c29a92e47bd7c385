/** A small number as people type it, in every language: 0.0002 -> "2e-4", 0.05 -> "0.05", 3 -> "3". */
export function formatTyped(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential().replace("e+", "e");
  return String(value);
}

/** The number that a person typed ("2e-4", " 0,5 ", "1 000"), or null when it is none. */
export function parseTyped(text: string): number | null {
  const compact = text
    .trim()
    .replace(/[\s_]/g, "")
    .replace(/^([+-]?\d*),(\d+)$/, "$1.$2");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(compact)) return null;
  const value = Number(compact);
  return Number.isFinite(value) ? value : null;
}
