import type { PreTrainedTokenizer } from "@xenova/transformers";
import { AddedTokenFinder } from "./added-tokens";
import type { AddedToken } from "./prepare";
import { TokenAligner, type TokenSpan } from "./token-aligner";

/** Where a place of the text falls among its tokens. */
export interface TokenCut {
  /** Tokens that lie wholly before it. */
  readonly before: number;
  /** True when it falls within the token that comes next. */
  readonly isInside: boolean;
}

/** A text as token ids, and where given places of it are among them. */
export interface CutEncoding {
  readonly ids: readonly number[];
  readonly cuts: readonly TokenCut[];
}

type Library = PreTrainedTokenizer["_tokenizer"];

/**
 * Runs the library's normaliser, pre-tokenizer and model on a text, and keeps track of where its tokens come from, which
 * the library does not. Added tokens are found as Python's tokenizers find them; the library does not know
 * `single_word`, nor that some are looked for in the text and others, afterwards, in its normalised form.
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
   * The text as tokens, without those that the tokenizer puts around one.
   * @param places in the text, ascending
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

  /** The added tokens that a text spells. */
  addedTokensIn(text: string): { id: number; start: number; end: number }[] {
    return this.#all.split(text).flatMap(({ id, start, end }) => (id === null ? [] : [{ id, start, end }]));
  }

  /** Text between added tokens, up to those that are found in its normalised form. */
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

  /** The place in the normalised text before which stands what comes of `before`: as far as both are the same. */
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
