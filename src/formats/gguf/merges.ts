import { LuthierError } from "../../lib/errors";

/** Token types that occur in text: normal and user-defined. */
const NORMAL = 1;
const USER_DEFINED = 4;

/** Limit on the total characters of all splits. Real vocabularies need some thirty million. */
const MAX_CUT_CHARS = 2 ** 29;

/**
 * Reconstructs the merges of a SentencePiece BPE, which stores only token scores: all splits of a token into two
 * tokens, by descending score and then by length of the first part, the order of transformers' converter.
 */
export function mergesOf(vocabulary: {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly scores: readonly number[];
}): [left: string, right: string][] {
  const { tokens, types, scores } = vocabulary;
  const isPiece = (id: number): boolean => types[id] === NORMAL || types[id] === USER_DEFINED;
  const pieceLengths = tokens.filter((_, id) => isPiece(id)).map(({ length }) => length);
  if (pieceLengths.reduce((sum, length) => sum + length ** 2, 0) > MAX_CUT_CHARS) {
    throw new LuthierError({
      code: "model/tokens-too-long",
      longestChars: pieceLengths.reduce((most, length) => Math.max(most, length), 0),
    });
  }
  const pieces = new Set(tokens.filter((_, id) => isPiece(id)));
  const ids = tokens
    .flatMap((_, id) => (isPiece(id) ? [id] : []))
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const merges: [string, string][] = [];
  for (const id of ids) {
    const token = tokens[id] ?? "";
    // Longest first part first; splits inside a surrogate pair match no token.
    for (let cut = token.length - 1; cut > 0; cut--) {
      const [left, right] = [token.slice(0, cut), token.slice(cut)];
      if (pieces.has(left) && pieces.has(right)) merges.push([left, right]);
    }
  }
  return merges;
}
