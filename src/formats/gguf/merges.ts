/** Kinds of tokens that text is made of: ordinary ones, and those that a person added. */
const NORMAL = 1;
const USER_DEFINED = 4;

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
