/** Numbers that JSON cannot represent. */
const NAMES = ["NaN", "Infinity", "-Infinity"] as const;

interface NamedNumber {
  readonly $number: (typeof NAMES)[number];
}

/**
 * Serialises metadata as JSON, encoding non-finite numbers. Stored next to the files it describes, so that they can be
 * recovered without the database.
 */
export function cardText(card: unknown): string {
  return JSON.stringify(card, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value,
  );
}

/** Parses {@link cardText}; null if truncated or foreign. */
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
