/** First bytes by which other kinds of file give themselves away, and what to do instead. */
const foreign: readonly {
  readonly start: readonly number[];
  readonly what: string;
  readonly advice: string;
}[] = [
  { start: [0x89, 0x50, 0x4e, 0x47], what: "a PNG picture", advice: "" },
  { start: [0xff, 0xd8, 0xff], what: "a JPEG picture", advice: "" },
  { start: ascii("GIF8"), what: "a GIF picture", advice: "" },
  { start: ascii("%PDF"), what: "a PDF document", advice: "" },
  {
    start: [0x50, 0x4b, 0x03, 0x04],
    what: "a zip archive or an Office document",
    advice: "Unpack it first, or save the sheet as JSON. ",
  },
  { start: [0x1f, 0x8b], what: "a gzip archive", advice: "Unpack it first. " },
  { start: [0x28, 0xb5, 0x2f, 0xfd], what: "a Zstandard archive", advice: "Unpack it first. " },
  { start: ascii("7z\xbc\xaf"), what: "a 7-Zip archive", advice: "Unpack it first. " },
  {
    start: ascii("PAR1"),
    what: "a Parquet table",
    advice:
      'Convert it in Python: `pandas.read_parquet(file).to_json("data.jsonl", orient="records", lines=True)`. ',
  },
  { start: ascii("ARROW1"), what: "an Arrow table", advice: "Convert it to JSON Lines first. " },
  { start: ascii("SQLite format 3"), what: "an SQLite database", advice: "" },
  { start: ascii("GGUF"), what: "a GGUF model", advice: "Models go to “Model files”. " },
];

/** What the file is when its first bytes show that it is no text, else null. */
export function foreignType(bytes: Uint8Array): { readonly what: string; readonly advice: string } | null {
  return foreign.find(({ start }) => start.every((byte, index) => bytes[index] === byte)) ?? null;
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
