import type { Tokenizer } from "../../tokenizer/tokenizer";

/** Tokens of a document, or part of one: BOS etc. before its start, EOS after its end. */
export function documentIds(
  text: string,
  tokenizer: Tokenizer,
  { isStart, isEnd }: { readonly isStart: boolean; readonly isEnd: boolean },
): number[] {
  const ids = tokenizer.encode(text, { addSpecialTokens: false });
  const { prefixIds, eosId } = tokenizer;
  return [...(isStart ? prefixIds : []), ...ids, ...(isEnd && eosId !== null ? [eosId] : [])];
}
