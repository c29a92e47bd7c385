/**
 * Any text as a Python string literal on one line. JSON's escapes are Python's too; what an editor or a terminal would not
 * show as it is (control characters, line separators, marks that turn the direction of text) is escaped besides, so that
 * the literal reads as what it means.
 */
export function pythonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
