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
