import { isRecord } from "../lib/json";

/** An entry of a pattern table (PEFT's rank_pattern and alpha_pattern). */
export interface PatternPair {
  /** The entry as written. */
  readonly text: string;
  readonly pattern: string;
  /** NaN if invalid. */
  readonly value: number;
}

/**
 * Parses a pattern table, in order: "regex=number" pairs separated by commas, or a JSON object for patterns containing
 * commas or equals signs.
 */
export function readPatternPairs(text: string): PatternPair[] {
  const table = text.trim().startsWith("{") ? parseTable(text) : null;
  if (table) {
    return Object.entries(table).map(([pattern, value]) => ({
      text: `${pattern}: ${JSON.stringify(value)}`,
      pattern,
      value: typeof value === "number" ? value : NaN,
    }));
  }
  return text
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "")
    .map((pair) => {
      const end = pair.lastIndexOf("=");
      const number = end < 0 ? "" : pair.slice(end + 1).trim();
      return {
        text: pair,
        pattern: end < 0 ? "" : pair.slice(0, end).trim(),
        value: number === "" ? NaN : Number(number),
      };
    });
}

function parseTable(text: string): Record<string, unknown> | null {
  try {
    const table: unknown = JSON.parse(text);
    return isRecord(table) ? table : null;
  } catch {
    return null;
  }
}
