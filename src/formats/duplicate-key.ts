/**
 * Finds a name that an object of a JSON text gives twice, which JSON.parse passes over in silence (the last one wins).
 * @param json text that JSON.parse has accepted
 * @returns the first such name at any depth, or null
 */
export function findDuplicateKey(json: string): string | null {
  // One set of names per open object; arrays push null.
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

/** Where the string that opens at `start` closes: the first quote after an even number of backslashes. */
function closingQuote(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let slashes = 0;
    while (json[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end;
  }
}

/** True when a colon follows the string that closes at `end`. */
function isKey(json: string, end: number): boolean {
  let next = end + 1;
  while (" \t\r\n".includes(json[next] ?? "x")) next++;
  return json[next] === ":";
}
