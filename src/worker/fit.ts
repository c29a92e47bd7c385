import type { FitChange, FitKind, FitOptions } from "../shared/forecast";
import type { TrainingOptions } from "../shared/training";

/** Bytes that a run under these options would take, or null when it could not run at all. */
export type PredictBytes = (options: TrainingOptions) => Promise<number | null>;

/** Rows are not cut below this many tokens to save memory. */
const SHORTEST = 32;

/**
 * Ways to bring a run below `budgetBytes`, the least harmful first: computing blocks again, smaller batches that are
 * summed to the same step, shorter rows. Each is the mildest of its kind that fits, or the strongest where none does;
 * where no single one fits, all are tried together.
 */
export async function suggestChanges(
  training: TrainingOptions,
  predict: PredictBytes,
  budgetBytes: number,
): Promise<FitChange[]> {
  const search = async (
    kind: FitKind,
    base: FitOptions,
    steps: readonly FitOptions[],
  ): Promise<FitChange | undefined> => {
    let last: FitChange | undefined;
    for (const step of steps) {
      const options = { ...base, ...step };
      const totalBytes = await predict({ ...training, ...options });
      if (totalBytes === null) break;
      last = { kind, options, totalBytes, fits: totalBytes <= budgetBytes };
      if (last.fits) break;
    }
    return last;
  };
  const ladders = [
    ["checkpointing", training.gradientCheckpointing ? [] : [{ gradientCheckpointing: true }]],
    ["batch", smallerBatches(training)],
    ["length", shorterLengths(training)],
  ] as const;
  const changes: FitChange[] = [];
  for (const [kind, steps] of ladders) {
    const change = await search(kind, {}, steps);
    if (change) changes.push(change);
  }
  if (changes.length > 1 && !changes.some(({ fits }) => fits)) {
    let together: FitChange | undefined;
    for (const [, steps] of ladders) {
      if (together?.fits) break;
      together = (await search("together", together?.options ?? {}, steps)) ?? together;
    }
    if (together) changes.unshift(together);
  }
  return changes;
}

/** Smaller batches whose sums are as large as before, by the divisors of the rows of a step. */
function smallerBatches({ batchSize, gradientAccumulation }: TrainingOptions): FitOptions[] {
  const rows = batchSize * gradientAccumulation;
  return Array.from({ length: batchSize - 1 }, (_, index) => batchSize - 1 - index)
    .filter((size) => rows % size === 0)
    .map((size) => ({ batchSize: size, gradientAccumulation: rows / size }));
}

/** Three quarters, a half, three eighths … of the length. */
function shorterLengths({ maxLength }: TrainingOptions): FitOptions[] {
  const lengths: FitOptions[] = [];
  for (let half = maxLength / 2; half >= SHORTEST; half /= 2) {
    for (const length of [1.5 * half, half]) lengths.push({ maxLength: Math.floor(length / 8) * 8 });
  }
  return lengths;
}
