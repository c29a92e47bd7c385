import type { Tokenizer } from "./tokenizer";

/**
 * Text of an answer while it grows: tokens in, whole characters out. Bytes of a character that is not complete are
 * held back until it is, so that all pieces together equal the decoding of all tokens at once.
 */
export class StreamDecoder {
  readonly #tokenizer: Tokenizer;
  readonly #lead: string;
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #atStart = true;

  /** @param lead with which the template lets answers begin; it is left out */
  constructor(tokenizer: Tokenizer, lead = "") {
    this.#tokenizer = tokenizer;
    this.#lead = lead;
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
    // A word mark at the start stands for the lead where both are a blank.
    const lead = this.#lead || (this.#tokenizer.dropsFirstSpace ? " " : "");
    return text.startsWith(lead) ? text.slice(lead.length) : text;
  }
}
