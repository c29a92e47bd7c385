import { invariant } from "./invariant";

/**
 * Formats text as a single-line Python string literal. JSON escapes are valid in Python; characters that editors or
 * terminals do not show faithfully (control characters, line separators, bidirectional marks) are escaped too, so that
 * the literal reads as what it means.
 */
export function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A value of JSON as a Python literal. Numbers have to be finite. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return pythonString(value);
  if (typeof value === "number") {
    invariant(Number.isFinite(value), "a number in Python code is finite");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  const entries = Object.entries(value).map(([key, each]) => `${pythonString(key)}: ${pythonLiteral(each)}`);
  return `{${entries.join(", ")}}`;
}
