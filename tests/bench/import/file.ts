/** Number of characters encoded at once. */
const PIECE_CHARS = 1 << 20;

/** A unique row of about 450 bytes with characters of all UTF-8 widths. */
function rowText(n: number): string {
  return JSON.stringify({
    instruction: `Question ${n}: what does a luthier do with a plank of spruce? ${"Tell me more. ".repeat(n % 9)}`,
    input: n % 3 === 0 ? `天气很好 ${n} 🎻` : "",
    output: `Answer ${n}.\n${"The top of a violin is carved from it, “slowly”, by hand. ".repeat(2 + (n % 7))}`,
  });
}

/** A dataset of about `sizeBytes` as one JSON list or as JSON Lines. */
export function makeFile(sizeBytes: number, lines: boolean): Blob {
  const encoder = new TextEncoder();
  const pieces: Blob[] = [];
  let text = lines ? "" : "[";
  let written = 0;
  for (let n = 0; written < sizeBytes; n++) {
    text += (n === 0 ? "" : lines ? "\n" : ",\n") + rowText(n);
    if (text.length < PIECE_CHARS) continue;
    // Each piece becomes a blob at once, so that the file is outside the measured heaps.
    const bytes = encoder.encode(text);
    pieces.push(new Blob([bytes]));
    written += bytes.length;
    text = "";
  }
  return new Blob([...pieces, text + (lines ? "" : "]")]);
}
