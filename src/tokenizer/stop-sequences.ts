/**
 * Truncates a streamed text before the first stop sequence, which may span pieces. A possible beginning of one is held
 * back until it is ruled out.
 */
export class StopSequences {
  readonly #stops: readonly string[];
  #held = "";
  #found = false;

  /** @param stops not empty texts */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Whether the text has been truncated; nothing follows then. */
  get found(): boolean {
    return this.#found;
  }

  /** Adds a piece; returns the text that is now certain. */
  push(piece: string): string {
    if (this.#found) return "";
    const text = this.#held + piece;
    const places = this.#stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
    this.#found = places.length > 0;
    const certain = this.#found ? Math.min(...places) : text.length - this.#openLength(text);
    this.#held = this.#found ? "" : text.slice(certain);
    return text.slice(0, certain);
  }

  /** The held-back text, at the end. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Length of the longest suffix of `text` that begins a stop sequence. */
  #openLength(text: string): number {
    const longest = Math.max(0, ...this.#stops.map(({ length }) => length - 1));
    for (let length = Math.min(longest, text.length); length > 0; length--) {
      const end = text.slice(-length);
      if (this.#stops.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }
}
