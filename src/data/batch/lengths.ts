/** Batch lengths are multiples of this. */
const LENGTH_STEP = 8;
/** Most distinct batch lengths of a run: each takes a program of its own, with its memory and its preparation. */
const MAX_LENGTHS = 6;
/** A further length has to save at least this share of all tokens. */
const WORTHWHILE = 0.02;

/**
 * The lengths that batches of rows of these lengths may have, ascending: those that pad the rows least, few of them, the
 * last of which fits the longest row.
 */
export function batchLengths(lengths: readonly number[]): number[] {
  const counts = countSteps(lengths);
  if (counts.length === 0) return [];
  // rowsUpTo[i] rows take at most i steps.
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

/** The best lengths for the rows of at most so many steps, and what they pad those to, in rows × steps. */
interface Plan {
  readonly tokens: number;
  readonly steps: readonly number[];
}

/** How many rows take 1, 2, 3 … steps. */
function countSteps(lengths: readonly number[]): number[] {
  const steps = lengths.map((length) => Math.max(1, Math.ceil(length / LENGTH_STEP)));
  const counts = new Array<number>(steps.reduce((most, step) => Math.max(most, step), 0)).fill(0);
  for (const step of steps) counts[step - 1] = (counts[step - 1] ?? 0) + 1;
  return counts;
}

/** For every largest row: all rows up to it padded to it. */
function oneLength(rowsUpTo: readonly number[]): Plan[] {
  return rowsUpTo.map((rows, longest) => ({ tokens: rows * longest, steps: longest > 0 ? [longest] : [] }));
}

/** For every largest row: the best plan for the shorter rows and one length more for the others. */
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
