/**
 * Cuts a growing text right before the first of the stop sequences, which may span pieces. What could be the beginning
 * of one is held back until it is known to be none.
 */
export class StopSequences {
  readonly #stops: readonly string[];
  #held = "";
  #found = false;

  /** @param stops not empty texts */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Whether the text has been cut; nothing comes after that. */
  get found(): boolean {
    return this.#found;
  }

  /** The text that is certain now that `piece` has come. */
  push(piece: string): string {
    if (this.#found) return "";
    const text = this.#held + piece;
    const places = this.#stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
    this.#found = places.length > 0;
    const certain = this.#found ? Math.min(...places) : text.length - this.#openLength(text);
    this.#held = this.#found ? "" : text.slice(certain);
    return text.slice(0, certain);
  }

  /** What was held back, at the end of the text. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Length of the longest end of `text` that begins a stop sequence. */
  #openLength(text: string): number {
    const longest = Math.max(0, ...this.#stops.map(({ length }) => length - 1));
    for (let length = Math.min(longest, text.length); length > 0; length--) {
      const end = text.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }
}
