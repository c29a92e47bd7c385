/** Numbers that JSON has no words for. */
const NAMES = ["NaN", "Infinity", "-Infinity"] as const;

interface NamedNumber {
  readonly $number: (typeof NAMES)[number];
}

/**
 * A card as text: JSON, in which numbers that are not finite have names. A card lies beside the files that it describes,
 * so that they can be found again whatever becomes of the database.
 */
export function cardText(card: unknown): string {
  return JSON.stringify(card, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value,
  );
}

/** Reads what {@link cardText} wrote; null where it is none: cut off, or not ours. */
export function readCardText<T>(text: string | null): T | null {
  if (text === null) return null;
  try {
    return JSON.parse(text, (_, value: unknown) =>
      isNamedNumber(value) ? Number(value.$number) : value,
    ) as T;
  } catch {
    return null;
  }
}

function isNamedNumber(value: unknown): value is NamedNumber {
  return (
    typeof value === "object" &&
    value !== null &&
    "$number" in value &&
    NAMES.some((name) => name === value.$number)
  );
}
