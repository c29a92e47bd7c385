import type { Tokenizer } from "../../tokenizer/tokenizer";

/** A document as tokens: with what the tokenizer puts in front of a text, and the end token behind it. */
export function documentIds(
  text: string,
  tokenizer: Tokenizer,
  { isStart, isEnd }: { readonly isStart: boolean; readonly isEnd: boolean },
): number[] {
  const ids = tokenizer.encode(text, { addSpecialTokens: false });
  const { prefixIds, eosId } = tokenizer;
  return [...(isStart ? prefixIds : []), ...ids, ...(isEnd && eosId !== null ? [eosId] : [])];
}
