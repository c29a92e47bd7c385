import type { Tokenizer } from "./tokenizer";

/**
 * Text of an answer while it grows: tokens in, whole characters out. Bytes of a character that is not complete are
 * held back until it is, so that all pieces together equal the decoding of all tokens at once.
 */
export class StreamDecoder {
  readonly #tokenizer: Tokenizer;
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #atStart = true;

  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
  }

  /** The text that one more token completes; control tokens give none. */
  push(id: number): string {
    if (this.#tokenizer.specialIds.has(id)) return "";
    return this.#trimmed(this.#utf8.decode(this.#tokenizer.tokenBytes(id), { stream: true }));
  }

  /** What is still held back when the answer ends: "�" for a character that never became whole. */
  flush(): string {
    return this.#trimmed(this.#utf8.decode());
  }

  #trimmed(text: string): string {
    if (!this.#atStart || text === "") return text;
    this.#atStart = false;
    return this.#tokenizer.dropsFirstSpace && text.startsWith(" ") ? text.slice(1) : text;
  }
}
