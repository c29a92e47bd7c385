import type { Tokenizer } from "./tokenizer";

/** The text of a token among others. */
export interface TokenPiece {
  /** Whole characters; those whose bytes are split over tokens stand on the first of these. */
  readonly text: string;
  /** Whether its bytes belong to characters that stand on an earlier token; it has no text then. */
  readonly continues: boolean;
}

/** The displayable texts of consecutive tokens, with whole characters where their bytes are split over several. */
export function tokenPieces(ids: readonly number[], tokenizer: Tokenizer): TokenPiece[] {
  const pieces: TokenPiece[] = [];
  while (pieces.length < ids.length) {
    const start = pieces.length;
    const split = splitCharacters(ids, start, tokenizer);
    pieces.push({ text: split?.text ?? tokenizer.tokenText(ids[start] ?? 0), continues: false });
    for (let more = 1; more < (split?.tokens ?? 1); more++) pieces.push({ text: "", continues: true });
  }
  return pieces;
}

/** Tokens that share characters, at most: in some vocabularies each ends within the next character. */
const MOST_TOKENS = 32;

/** The fewest tokens from `start` on that hold whole characters, if those are two or more; else null. */
function splitCharacters(
  ids: readonly number[],
  start: number,
  tokenizer: Tokenizer,
): { readonly text: string; readonly tokens: number } | null {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  let missing = 0;
  for (const [index, id] of ids.slice(start, start + MOST_TOKENS).entries()) {
    if (tokenizer.specialIds.has(id)) return null;
    const bytes = tokenizer.tokenBytes(id);
    try {
      text += decoder.decode(bytes, { stream: true });
    } catch {
      return null;
    }
    missing = missingBytes(bytes, missing);
    if (missing === 0) return index === 0 ? null : { text, tokens: index + 1 };
  }
  return null;
}

/** How many bytes of the last character are missing behind valid UTF-8, of which `missing` were so before it. */
function missingBytes(bytes: Uint8Array, missing: number): number {
  return bytes.reduce((left, byte) => (left > 0 ? left - 1 : followers(byte)), missing);
}

/** Bytes that follow this first byte of a character. */
function followers(byte: number): number {
  if (byte < 0xc0) return 0;
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}
