import { isRecord } from "../../lib/json";

/** What a template may take to render; every step counts one, and long values count by their length. */
const STEPS = 400_000;
const STEPS_PER_MESSAGE = 10_000;
const CHARS = 10_000_000;
const CHARS_PER_INPUT_CHAR = 100;
/** What a round of a loop costs beside what is in it. */
const STEPS_PER_ROUND = 5;
/** How deep expressions, blocks and macros may lie in each other. */
const MAX_DEPTH = 300;
/** Longer lists serve no template; entries of lists within count too. */
const MAX_ENTRIES = 1_000_000;
/** Entries of a list that cost as much as a step to look at; where work is done on each, it is one. */
const ENTRIES_PER_STEP = 64;
/** The longest text that one filter may make. */
const MAX_MADE_CHARS = 20_000_000;

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
    } else this.step(entries(value) / ENTRIES_PER_STEP);
  }

  /** Counts the work of a filter, and the text that it makes of `pieces` with `added` characters to each. */
  filter(value: unknown, pieces: number, added: number): void {
    const size = typeof value === "string" ? value.length / ENTRIES_PER_STEP : entries(value);
    this.step(size);
    if (pieces * added > MAX_MADE_CHARS) throw new OverBudget();
  }
}

const counted = new WeakMap<object, { readonly direct: number; readonly all: number }>();

/**
 * How many entries a list or object shows when it is written out. Lists may hold others several times, so that few of them
 * stand for more than any text can hold.
 */
export function entries(value: unknown): number {
  const held = Array.isArray(value)
    ? (value as unknown[])
    : value instanceof Map
      ? [...value.values()]
      : null;
  if (!held) return 0;
  // What a namespace holds changes; its lists do not.
  const known = Array.isArray(value) ? counted.get(value) : undefined;
  if (known?.direct === held.length) return known.all;
  let all = held.length;
  for (const entry of held) all += isRecord(entry) ? entries(entry.value) : 0;
  if (all > MAX_ENTRIES) throw new OverBudget();
  if (Array.isArray(value)) counted.set(value, { direct: held.length, all });
  return all;
}
