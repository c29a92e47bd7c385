/** What a template may take to render; every step counts one, and long values count by their length. */
const STEPS = 400_000;
const STEPS_PER_MESSAGE = 10_000;
const CHARS = 10_000_000;
const CHARS_PER_INPUT_CHAR = 100;
/** What a round of a loop costs beside what is in it. */
const STEPS_PER_ROUND = 5;
/** How deep expressions, blocks and macros may lie in each other. */
const MAX_DEPTH = 300;
/** Longer lists serve no template. */
const MAX_LIST = 1_000_000;
/** Entries of a list that cost as much as a step. */
const ENTRIES_PER_STEP = 64;

/** Thrown by a rendering that takes too much; the template is at fault, not the conversation. */
export class OverBudget extends Error {}

/** The work that one rendering may do: a template comes with a model's files and may be made to hang whoever opens it. */
export class RenderBudget {
  #steps: number;
  #chars: number;
  #depth = 0;

  constructor(messages: number, inputChars: number) {
    this.#steps = STEPS + STEPS_PER_MESSAGE * messages + inputChars;
    this.#chars = CHARS + CHARS_PER_INPUT_CHAR * inputChars;
  }

  step(count = 1): void {
    this.#steps -= count;
    if (this.#steps < 0) throw new OverBudget();
  }

  /** Counts a round of a loop. */
  round(): void {
    this.step(STEPS_PER_ROUND);
  }

  /** Does a piece of work that may lead to others. */
  within<T>(work: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new OverBudget();
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /** Counts a value that was made or looked at. */
  value(value: unknown): void {
    if (typeof value === "string") {
      this.#chars -= value.length;
      if (this.#chars < 0) throw new OverBudget();
    } else if (Array.isArray(value)) {
      if (value.length > MAX_LIST) throw new OverBudget();
      this.step(value.length / ENTRIES_PER_STEP);
    }
  }
}
