import type { PreTrainedTokenizer } from "@xenova/transformers";
import { isRecord } from "../lib/json";

type Model = PreTrainedTokenizer["_tokenizer"]["model"];

/**
 * Fixes the library's Unigram model to match Python's: words of any length (the library spreads them over a call's
 * arguments) and `byte_fallback`. Other models are unchanged.
 */
export function mendUnigram(model: Model, described: unknown): void {
  const tokenize: unknown = model && Reflect.get(model, "tokenize");
  if (!model || typeof tokenize !== "function") return;
  const pieces = (word: string): string[] => Reflect.apply(tokenize, model, [word]) as string[];
  const spellsBytes = isRecord(described) && described.byte_fallback === true;
  const encode = (words: readonly string[]): string[] => {
    const tokens: string[] = [];
    for (const word of words) for (const piece of pieces(word)) tokens.push(piece);
    return tokens;
  };
  const call = (words: readonly string[]): string[] => bytesForUnknown(fuse(encode(words), model), model);
  Object.assign(model, spellsBytes ? { encode, _call: call } : { encode });
}

/** Merges adjacent unknown pieces. */
function fuse(tokens: readonly string[], { tokens_to_ids: ids }: NonNullable<Model>): string[] {
  const fused: string[] = [];
  let isUnknown = false;
  for (const token of tokens) {
    const follows = isUnknown;
    isUnknown = !ids.has(token);
    if (isUnknown && follows) fused.push((fused.pop() ?? "") + token);
    else fused.push(token);
  }
  return fused;
}

/** Replaces an unknown piece by byte tokens, if the vocabulary has all of them. */
function bytesForUnknown(tokens: readonly string[], { tokens_to_ids: ids }: NonNullable<Model>): string[] {
  return tokens.flatMap((token) => {
    if (ids.has(token)) return [token];
    const bytes = Array.from(
      new TextEncoder().encode(token),
      (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
    );
    return bytes.every((name) => ids.has(name)) ? bytes : [token];
  });
}
