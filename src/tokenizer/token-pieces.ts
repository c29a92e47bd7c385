import type { Tokenizer } from "./tokenizer";

/** The displayable text of a token in a sequence. */
export interface TokenPiece {
  /** Whole characters; a character whose bytes span several tokens is shown at the first. */
  readonly text: string;
  /** Whether its bytes belong to characters shown at an earlier token; the text is then empty. */
  readonly continues: boolean;
}

/** The displayable texts of consecutive tokens, with characters that span several tokens shown whole. */
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

/** Maximum number of tokens that share characters: in some vocabularies each token ends within the next character. */
const MOST_TOKENS = 32;

/** The smallest group of at least two tokens from `start` that consists of whole characters; null if there is none. */
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

/**
 * Number of bytes missing from the last character after valid UTF-8 that continues one with `missing` bytes missing.
 */
function missingBytes(bytes: Uint8Array, missing: number): number {
  return bytes.reduce((left, byte) => (left > 0 ? left - 1 : followers(byte)), missing);
}

/** Number of continuation bytes after this lead byte. */
function followers(byte: number): number {
  if (byte < 0xc0) return 0;
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}
