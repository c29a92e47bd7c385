import { isRecord } from "../../lib/json";

/** Rendering limits: each evaluation is a step, and large values cost by size. */
const STEPS = 400_000;
const STEPS_PER_MESSAGE = 10_000;
const CHARS = 10_000_000;
const CHARS_PER_INPUT_CHAR = 100;
/** Overhead of a loop iteration. */
const STEPS_PER_ROUND = 5;
/** Maximum nesting of expressions, blocks and macros. */
const MAX_DEPTH = 300;
/** Maximum list size, nested entries included. */
const MAX_ENTRIES = 1_000_000;
/** Entries inspected per step; work on each entry costs a step. */
const ENTRIES_PER_STEP = 64;
/** Longest text a single filter may produce. */
const MAX_MADE_CHARS = 20_000_000;

/** Rendering exceeded its limits: the template's fault, not the conversation's. */
export class BudgetExceeded extends Error {}

/** Limits the work of a rendering: templates are untrusted and could hang the page. */
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
    if (this.#steps < 0) throw new BudgetExceeded();
  }

  /** Counts a loop iteration. */
  round(): void {
    this.step(STEPS_PER_ROUND);
  }

  /** Runs nested work, limiting the depth. */
  within<T>(work: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new BudgetExceeded();
    try {
      return work();
    } finally {
      this.#depth--;
    }
  }

  /** Counts a value that was created or inspected. */
  value(value: unknown): void {
    if (typeof value === "string") {
      this.#chars -= value.length;
      if (this.#chars < 0) throw new BudgetExceeded();
    } else this.step(entries(value) / ENTRIES_PER_STEP);
  }

  /** Counts a filter's work, and its output: `added` characters for each of `pieces`. */
  filter(value: unknown, pieces: number, added: number): void {
    const size = typeof value === "string" ? value.length / ENTRIES_PER_STEP : entries(value);
    this.step(size);
    if (pieces * added > MAX_MADE_CHARS) throw new BudgetExceeded();
  }
}

const counted = new WeakMap<object, { readonly direct: number; readonly all: number }>();

/** Number of entries when a list or object is serialised. Lists can be shared, so a few can expand beyond any text. */
export function entries(value: unknown): number {
  const held = Array.isArray(value)
    ? (value as unknown[])
    : value instanceof Map
      ? [...value.values()]
      : null;
  if (!held) return 0;
  // Namespaces are mutable; lists are not.
  const known = Array.isArray(value) ? counted.get(value) : undefined;
  if (known?.direct === held.length) return known.all;
  let all = held.length;
  for (const entry of held) all += isRecord(entry) ? entries(entry.value) : 0;
  if (all > MAX_ENTRIES) throw new BudgetExceeded();
  if (Array.isArray(value)) counted.set(value, { direct: held.length, all });
  return all;
}
