import type { Text } from "../../src/ui/text/text";

/** A pseudo-localisation of a language: every text is wrapped in ⟦ and ⟧. */
export function pseudoLanguage(text: Text): Text {
  const marked = mark(text) as Text;
  return { ...marked, format: { ...marked.format, locale: "en-XA" } };
}

function mark(value: unknown): unknown {
  if (typeof value === "string") return value === "" ? "" : `⟦${value}⟧`;
  if (Array.isArray(value)) return value.map(mark);
  if (typeof value === "function") {
    const say = value as (...facts: readonly unknown[]) => unknown;
    return (...facts: readonly unknown[]) => mark(say(...facts));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mark(member)]));
}

/** The parts of a text outside all ⟦ and ⟧. */
export function unmarked(text: string): string {
  let depth = 0;
  let left = "";
  for (const character of text) {
    if (character === "⟦") depth++;
    else if (character === "⟧") depth--;
    else if (depth === 0) left += character;
  }
  return left.trim();
}
