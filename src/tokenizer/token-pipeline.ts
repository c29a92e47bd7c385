import type { PreTrainedTokenizer } from "@xenova/transformers";
import { AddedTokenFinder } from "./added-tokens";
import type { AddedToken } from "./prepare";
import { TokenAligner, type TokenSpan } from "./token-aligner";

/** Position of a text offset among the tokens. */
export interface TokenCut {
  /** Tokens entirely before it. */
  readonly before: number;
  /** Whether it lies inside the next token. */
  readonly isInside: boolean;
}

/** Token ids, and the positions of given text offsets. */
export interface CutEncoding {
  readonly ids: readonly number[];
  readonly cuts: readonly TokenCut[];
}

type Library = PreTrainedTokenizer["_tokenizer"];

/**
 * Runs the library's normalizer, pre-tokenizer and model, and tracks token offsets, which the library does not. Finds
 * added tokens like Python's tokenizers; the library lacks `single_word` and the separate pass over normalized text.
 */
export class TokenPipeline {
  readonly #library: Library;
  readonly #inText: AddedTokenFinder;
  readonly #inNormalized: AddedTokenFinder;
  readonly #all: AddedTokenFinder;
  readonly #aligner: TokenAligner;

  constructor(library: Library, added: readonly AddedToken[], preTokenizer: unknown) {
    this.#library = library;
    this.#inText = new AddedTokenFinder(
      added.filter(({ normalized }) => !normalized).map((token) => ({ text: token.content, token })),
    );
    this.#inNormalized = new AddedTokenFinder(
      added
        .filter(({ normalized }) => normalized)
        .map((token) => ({ text: this.#normalize(token.content), token })),
    );
    this.#all = new AddedTokenFinder(added.map((token) => ({ text: token.content, token })));
    this.#aligner = new TokenAligner(library.model, preTokenizer);
  }

  /**
   * Tokenizes a text, without the tokens added around it.
   * @param places text offsets, ascending
   */
  encode(text: string, places: readonly number[] = []): CutEncoding {
    const ids: number[] = [];
    const cuts: TokenCut[] = [];
    let next = 0;
    for (const { start, end, id } of this.#inText.split(text)) {
      const within: number[] = [];
      for (let place = places[next]; place !== undefined && place < end; place = places[++next]) {
        if (id === null && place > start) within.push(place - start);
        else cuts.push({ before: ids.length, isInside: place > start });
      }
      if (id !== null) ids.push(id);
      else this.#encodeText(text.slice(start, end), start === 0, within, ids, cuts);
    }
    while (cuts.length < places.length) cuts.push({ before: ids.length, isInside: false });
    return { ids, cuts };
  }

  /** Occurrences of added tokens in a text. */
  addedTokensIn(text: string): { id: number; start: number; end: number }[] {
    return this.#all.split(text).flatMap(({ id, start, end }) => (id === null ? [] : [{ id, start, end }]));
  }

  /** Encodes text between added tokens, which may contain added tokens in normalized form. */
  #encodeText(
    text: string,
    isFirst: boolean,
    places: readonly number[],
    ids: number[],
    cuts: TokenCut[],
  ): void {
    const normalized = this.#normalize(text);
    const first = ids.length;
    const spans: TokenSpan[] = [];
    for (const { start, end, id } of this.#inNormalized.split(normalized)) {
      const part = normalized.slice(start, end);
      const base = places.length > 0 ? this.#aligner.length(normalized.slice(0, start)) : 0;
      if (id !== null) {
        ids.push(id);
        spans.push({ start: base, end: base + this.#aligner.length(part) });
        continue;
      }
      const words = this.#words(part, isFirst && start === 0);
      const tokens = words.map(
        (word) => this.#library.model?.([word]).filter((token) => this.#idOf(token) !== null) ?? [],
      );
      for (const token of tokens.flat()) ids.push(this.#idOf(token) ?? 0);
      if (places.length === 0) continue;
      for (const span of this.#aligner.spans(part, words, tokens))
        spans.push({ start: base + span.start, end: base + span.end });
    }
    for (const place of places) {
      const { before, isInside } = cutAt(this.#placeIn(normalized, text.slice(0, place)), spans);
      cuts.push({ before: first + before, isInside });
    }
  }

  #idOf(token: string): number | null {
    const model = this.#library.model;
    return model?.tokens_to_ids.get(token) ?? model?.unk_token_id ?? null;
  }

  #normalize(text: string): string {
    if (text === "" || !this.#library.normalizer) return text;
    return this.#library.normalizer.normalize(text);
  }

  #words(text: string, isFirst: boolean): string[] {
    const splitter = this.#library.pre_tokenizer;
    return splitter ? splitter.pre_tokenize(text, { section_index: isFirst ? 0 : 1 }) : [text];
  }

  /** Offset in `normalized` that corresponds to the end of `before`: the length of their common prefix. */
  #placeIn(normalized: string, before: string): number {
    const prefix = this.#normalize(before);
    let same = 0;
    while (same < prefix.length && prefix[same] === normalized[same]) same++;
    if (/[\ud800-\udbff]/.test(normalized[same - 1] ?? "")) same--;
    return this.#aligner.length(normalized.slice(0, same));
  }
}

function cutAt(place: number, spans: readonly TokenSpan[]): TokenCut {
  let before = 0;
  while ((spans[before]?.end ?? Infinity) <= place) before++;
  return { before, isInside: (spans[before]?.start ?? Infinity) < place };
}
