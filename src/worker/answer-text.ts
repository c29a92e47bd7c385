import { endsInLoop } from "../lib/loops";
import type { AnswerEnds, FinishReason } from "../shared/generation";
import { StopSequences } from "../tokenizer/stop-sequences";
import { StreamDecoder } from "../tokenizer/stream-decoder";
import type { Tokenizer } from "../tokenizer/tokenizer";

/** The text of an answer as its tokens arrive, and whether it should end. */
export class AnswerText {
  readonly #decoder: StreamDecoder;
  readonly #stops: StopSequences;
  readonly #loops: boolean;
  #text = "";

  /** @param lead text that the template prescribes at the start of answers */
  constructor(tokenizer: Tokenizer, lead: string, { stop, loops }: AnswerEnds) {
    this.#decoder = new StreamDecoder(tokenizer, lead);
    this.#stops = new StopSequences(stop);
    this.#loops = loops;
  }

  /** The text that is certain so far. */
  get text(): string {
    return this.#text;
  }

  /** Adds a token; returns a finish reason if the answer ends with it, or null. */
  push(id: number): FinishReason | null {
    const before = this.#text.length;
    this.#text += this.#stops.push(this.#decoder.push(id));
    if (this.#stops.found) return "stop-sequence";
    return this.#loops && this.#text.length > before && endsInLoop(this.#text) ? "repeats" : null;
  }

  /** Adds what was held back; call it after the last token. */
  end(): string {
    this.#text += this.#stops.push(this.#decoder.flush()) + this.#stops.flush();
    return this.#text;
  }
}
