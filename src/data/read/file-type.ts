import type { ForeignFile } from "../../lib/problems/data-problems";

/** Magic numbers of unsupported file types. */
const foreign: readonly (readonly [ForeignFile, readonly number[]])[] = [
  ["png", [0x89, 0x50, 0x4e, 0x47]],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["gif", ascii("GIF8")],
  ["pdf", ascii("%PDF")],
  ["zstandard", [0x28, 0xb5, 0x2f, 0xfd]],
  ["7-zip", ascii("7z\xbc\xaf")],
  ["arrow", ascii("ARROW1")],
  ["sqlite", ascii("SQLite format 3")],
  ["gguf", ascii("GGUF")],
];

/** Magic numbers of binary containers. */
const packed = [
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
  ["gzip", [0x1f, 0x8b]],
  ["parquet", ascii("PAR1")],
] as const satisfies readonly (readonly [string, readonly number[]])[];

/** The binary container that starts with these bytes, or null. */
export function containerType(bytes: Uint8Array): (typeof packed)[number][0] | null {
  const found = packed.find(([, start]) => start.every((byte, index) => bytes[index] === byte));
  return found ? found[0] : null;
}

/** The unsupported file type that starts with these bytes, or null. */
export function unsupportedType(bytes: Uint8Array): ForeignFile | null {
  const found = foreign.find(([, start]) => start.every((byte, index) => bytes[index] === byte));
  return found ? found[0] : null;
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
