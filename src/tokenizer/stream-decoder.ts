import type { Tokenizer } from "./tokenizer";

/**
 * Incremental detokenization: incomplete UTF-8 sequences are held back, so that the pieces together equal the decoding
 * of all tokens at once.
 */
export class StreamDecoder {
  readonly #tokenizer: Tokenizer;
  readonly #lead: string;
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #atStart = true;

  /** @param lead text that the template puts at the start of answers; stripped */
  constructor(tokenizer: Tokenizer, lead = "") {
    this.#tokenizer = tokenizer;
    this.#lead = lead;
  }

  /** Text completed by a token; empty for special tokens. */
  push(id: number): string {
    if (this.#tokenizer.specialIds.has(id)) return "";
    return this.#trimmed(this.#utf8.decode(this.#tokenizer.tokenBytes(id), { stream: true }));
  }

  /** Text held back at the end: "�" for an incomplete character. */
  flush(): string {
    return this.#trimmed(this.#utf8.decode());
  }

  #trimmed(text: string): string {
    if (!this.#atStart || text === "") return text;
    this.#atStart = false;
    // A leading word marker coincides with the lead if both are a space.
    const lead = this.#lead || (this.#tokenizer.dropsFirstSpace ? " " : "");
    return text.startsWith(lead) ? text.slice(lead.length) : text;
  }
}
