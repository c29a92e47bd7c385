const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };

/** Stop sequences from a field with one in each line; \n, \r, \t and \\ stand for characters that are hard to type. */
export function stopSequences(lines: string): string[] {
  const stops = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replaceAll(/\\([nrt\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter));
  return [...new Set(stops)];
}
