import { LuthierError } from "../../lib/errors";

/** Kinds of tokens that text is made of: ordinary ones, and those that a person added. */
const NORMAL = 1;
const USER_DEFINED = 4;

/** Characters of all cuts of all tokens. Vocabularies of models have some thirty million. */
const MAX_CUT_CHARS = 2 ** 29;

/**
 * The merges of a SentencePiece BPE, which keeps only the scores of its tokens: every way to cut a token in two tokens,
 * tokens of higher scores first, then those with longer first parts, as transformers' converter orders them.
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
    // From the longest first part down; cuts within a character find no token.
    for (let cut = token.length - 1; cut > 0; cut--) {
      const [left, right] = [token.slice(0, cut), token.slice(cut)];
      if (pieces.has(left) && pieces.has(right)) merges.push([left, right]);
    }
  }
  return merges;
}
