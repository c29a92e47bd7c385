/** Python's `str.isspace` as a regular expression character class. */
export const PYTHON_SPACE = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;

/** Python's `str.isspace`. JavaScript's white space includes U+FEFF and lacks U+0085 and U+001C to U+001F. */
function isPythonSpace(character: string): boolean {
  if (character === "\ufeff") return false;
  return (
    /^\s$/u.test(character) || character === "\u0085" || (character >= "\u001c" && character <= "\u001f")
  );
}

/** Which ends of a text to strip. */
export type StrippedEnds = "both" | "left" | "right";

/**
 * Python's `strip`, `lstrip` or `rstrip`.
 *
 * @param characters characters to strip; default: white space
 */
export function pythonStrip(
  text: string,
  ends: StrippedEnds = "both",
  characters: string | null = null,
): string {
  const set = characters === null ? null : new Set(characters);
  const goes = (character: string): boolean => (set ? set.has(character) : isPythonSpace(character));
  let start = 0;
  let end = text.length;
  if (ends !== "right") {
    for (let next = characterAt(text, start); next && goes(next); next = characterAt(text, start)) {
      start += next.length;
    }
  }
  if (ends !== "left") {
    for (
      let last = characterBefore(text, end);
      end > start && goes(last);
      last = characterBefore(text, end)
    ) {
      end -= last.length;
    }
  }
  return text.slice(start, end);
}

/** Python's `split()` without a separator, with at most `limit` splits if given. */
export function pythonWords(text: string, limit = -1): string[] {
  const words: string[] = [];
  let rest = pythonStrip(text, "left");
  while (rest !== "") {
    let end = words.length === limit ? rest.length : 0;
    while (end < rest.length && !isPythonSpace(rest[end] ?? "")) end++;
    words.push(rest.slice(0, end));
    rest = pythonStrip(rest.slice(end), "left");
  }
  return words;
}

function characterAt(text: string, index: number): string {
  const point = text.codePointAt(index);
  return point === undefined ? "" : String.fromCodePoint(point);
}

/** The character that ends before `index`. */
function characterBefore(text: string, index: number): string {
  const isPair = index > 1 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(index - 2, index));
  return text.slice(Math.max(0, index - (isPair ? 2 : 1)), index);
}
