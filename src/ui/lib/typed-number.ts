/** Formats a small number as people type it, in any language: 0.0002 -> "2e-4", 0.05 -> "0.05", 3 -> "3". */
export function formatTyped(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential().replace("e+", "e");
  return String(value);
}

/** Parses a typed number ("2e-4", " 0,5 ", "1 000"); null if invalid. */
export function parseTyped(text: string): number | null {
  const compact = text
    .trim()
    .replace(/[\s_]/g, "")
    .replace(/^([+-]?\d*),(\d+)$/, "$1.$2");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(compact)) return null;
  const value = Number(compact);
  return Number.isFinite(value) ? value : null;
}
