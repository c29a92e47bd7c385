const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };

/**
 * Parses stop sequences, one per line, with escapes
 * , \r, \t and \\.
 */
export function stopSequences(lines: string): string[] {
  const stops = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replaceAll(/\\([nrt\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter));
  return [...new Set(stops)];
}
