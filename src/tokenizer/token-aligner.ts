import type { PreTrainedTokenizer } from "@xenova/transformers";
import { byteLetters } from "./token-bytes";

type Model = NonNullable<PreTrainedTokenizer["_tokenizer"]["model"]>;

/** A token's range in a text, in units of {@link TokenAligner.length}; fractional within a character. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
}

/** Position of a word, and the number of units the pre-tokenizer inserted before it. */
interface WordPlace {
  readonly at: number;
  readonly inserted: number;
}

/**
 * Aligns tokens with the normalized text. Byte-level tokenizers are measured in bytes, others in UTF-16 units with "▁"
 * read as a space.
 */
export class TokenAligner {
  readonly #model: Model | null;
  readonly #isByteLevel: boolean;

  constructor(model: Model | null, preTokenizer: unknown) {
    this.#model = model;
    this.#isByteLevel = JSON.stringify(preTokenizer).includes('"ByteLevel"');
  }

  /** Length of a text in span units. */
  length(text: string): number {
    return this.#isByteLevel ? new TextEncoder().encode(text).length : text.length;
  }

  /** Spans of each word's tokens; an inserted space belongs to the word's first character. */
  spans(text: string, words: readonly string[], tokens: readonly (readonly string[])[]): TokenSpan[] {
    const units = this.#isByteLevel ? byteLetters(text) : unmarked(text);
    const spans: TokenSpan[] = [];
    let from = 0;
    for (const [index, word] of words.entries()) {
      const place = this.#find(units, word, from);
      const found = this.#within(word, tokens[index] ?? [], place);
      spans.push(...found);
      from = place.at - place.inserted + word.length;
    }
    return spans;
  }

  /** Finds the next occurrence of a word, skipping dropped whitespace and allowing for an inserted space. */
  #find(units: string, word: string, from: number): WordPlace {
    const sought = this.#isByteLevel ? word : unmarked(word);
    const hasBlank = sought.startsWith(this.#isByteLevel ? "Ġ" : " ");
    for (let at = from; at <= units.length; at++) {
      if (units.startsWith(sought, at)) return { at, inserted: 0 };
      if (hasBlank && units.startsWith(sought.slice(1), at)) return { at, inserted: 1 };
    }
    return { at: from, inserted: 0 };
  }

  #within(word: string, tokens: readonly string[], { at, inserted }: WordPlace): TokenSpan[] {
    const first = at - inserted;
    let done = 0;
    return tokens.map((token) => {
      const start = Math.max(at, first + done);
      done = this.#after(word, token, done);
      const end = first + done;
      // An inserted prefix belongs to the following character.
      return { start, end: end > at ? end : at + 0.5 };
    });
  }

  /** End of a token that starts at `start` within a word. */
  #after(word: string, token: string, start: number): number {
    const at = Math.floor(start);
    const isWhole = at === start;
    if (isWhole && word.startsWith(token, at)) return at + token.length;
    if (/^<0x[0-9A-F]{2}>$/.test(token)) {
      // After half of a surrogate pair's bytes, the index points at its second unit.
      const isBehind = /[\udc00-\udfff]/.test(word[at] ?? "") && at > 0;
      const character = characterAt(word, isBehind ? at - 1 : at);
      const bytes = new TextEncoder().encode(character).length;
      const end = start + character.length / bytes;
      return Math.abs(end - Math.round(end)) < 1e-6 ? Math.round(end) : end;
    }
    return this.#afterUnknown(word, at);
  }

  /** The unknown token covers one character, or a run of them if the model fuses unknowns. */
  #afterUnknown(word: string, start: number): number {
    const known = this.#model?.tokens_to_ids;
    let end = start;
    do {
      end += (word.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
    } while (this.#model?.fuse_unk && end < word.length && !known?.has(characterAt(word, end)));
    return Math.min(end, word.length);
  }
}

function unmarked(text: string): string {
  return text.replaceAll("▁", " ");
}

function characterAt(text: string, index: number): string {
  return String.fromCodePoint(text.codePointAt(index) ?? 0);
}
