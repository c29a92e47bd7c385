/** Batch lengths are multiples of this. */
const LENGTH_STEP = 8;
/** Maximum number of distinct batch lengths; each needs its own program, with memory and compilation time. */
const MAX_LENGTHS = 6;
/** Minimum saving, as a fraction of all tokens, that justifies another length. */
const WORTHWHILE = 0.02;

/**
 * Chooses few batch lengths, ascending, that minimise padding for the given row lengths; the last one fits the longest
 * row.
 */
export function batchLengths(lengths: readonly number[]): number[] {
  const counts = countSteps(lengths);
  if (counts.length === 0) return [];
  // rowsUpTo[i]: number of rows with at most i steps.
  const rowsUpTo = [0];
  for (const count of counts) rowsUpTo.push((rowsUpTo.at(-1) ?? 0) + count);
  let plan = oneLength(rowsUpTo);
  for (let used = 1; used < MAX_LENGTHS; used++) {
    const next = oneMoreLength(plan, rowsUpTo);
    const [before, after] = [plan.at(-1)?.tokens ?? 0, next.at(-1)?.tokens ?? 0];
    if (before - after < WORTHWHILE * before) break;
    plan = next;
  }
  return (plan.at(-1)?.steps ?? []).map((steps) => steps * LENGTH_STEP);
}

/** Optimal lengths for the rows up to a size, and the padded total in rows × steps. */
interface Plan {
  readonly tokens: number;
  readonly steps: readonly number[];
}

/** Number of rows with 1, 2, 3 … steps. */
function countSteps(lengths: readonly number[]): number[] {
  const steps = lengths.map((length) => Math.max(1, Math.ceil(length / LENGTH_STEP)));
  const counts = new Array<number>(steps.reduce((most, step) => Math.max(most, step), 0)).fill(0);
  for (const step of steps) counts[step - 1] = (counts[step - 1] ?? 0) + 1;
  return counts;
}

/** For each maximum size: all rows padded to it. */
function oneLength(rowsUpTo: readonly number[]): Plan[] {
  return rowsUpTo.map((rows, longest) => ({ tokens: rows * longest, steps: longest > 0 ? [longest] : [] }));
}

/** For each maximum size: the best plan for the shorter rows plus one more length for the rest. */
function oneMoreLength(plans: readonly Plan[], rowsUpTo: readonly number[]): Plan[] {
  return plans.map((known, longest) => {
    let best = known;
    for (let split = 1; split < longest; split++) {
      const shorter = plans[split];
      const others = (rowsUpTo[longest] ?? 0) - (rowsUpTo[split] ?? 0);
      const tokens = (shorter?.tokens ?? 0) + others * longest;
      if (shorter && tokens < best.tokens) best = { tokens, steps: [...shorter.steps, longest] };
    }
    return best;
  });
}
