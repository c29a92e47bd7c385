/**
 * Finds a duplicate key in a JSON object; JSON.parse silently keeps the last one.
 * @param json text accepted by JSON.parse
 * @returns the first duplicate at any depth, or null
 */
export function findDuplicateKey(json: string): string | null {
  // Keys of each open object; null for arrays.
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === "{") open.push(new Set());
    else if (char === "[") open.push(null);
    else if (char === "}" || char === "]") open.pop();
    else if (char === '"') {
      const end = closingQuote(json, at);
      if (isKey(json, end)) {
        const name = String(JSON.parse(json.slice(at, end + 1)));
        const names = open.at(-1);
        if (names?.has(name)) return name;
        names?.add(name);
      }
      at = end;
    }
  }
  return null;
}

/** Index of the quote closing the string at `start`: the first after an even number of backslashes. */
function closingQuote(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end;
  }
}

/** Whether the string ending at `end` is followed by a colon. */
function isKey(json: string, end: number): boolean {
  let next = end + 1;
  while (" \t\r\n".includes(json[next] ?? "x")) next++;
  return json[next] === ":";
}
