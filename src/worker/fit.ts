import type { FitChange, FitKind, FitOptions } from "../shared/forecast";
import type { TrainingOptions } from "../shared/training";

/** Predicted bytes of a run with these options, or null if it could not run. */
export type PredictBytes = (options: TrainingOptions) => Promise<number | null>;

/** Maximum length is not reduced below this many tokens. */
const MIN_LENGTH = 32;

/**
 * Suggests changes that bring a run below `budgetBytes`, least harmful first: gradient checkpointing, smaller batches
 * with more accumulation, shorter rows. Each is the mildest of its kind that fits, or the strongest if none does; if no
 * single change fits, their combination is suggested too.
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

/** Smaller batch sizes with the same effective batch size. */
function smallerBatches({ batchSize, gradientAccumulation }: TrainingOptions): FitOptions[] {
  const rows = batchSize * gradientAccumulation;
  return Array.from({ length: batchSize - 1 }, (_, index) => batchSize - 1 - index)
    .filter((size) => rows % size === 0)
    .map((size) => ({ batchSize: size, gradientAccumulation: rows / size }));
}

/** 3/4, 1/2, 3/8, 1/4 … of the length. */
function shorterLengths({ maxLength }: TrainingOptions): FitOptions[] {
  const lengths: FitOptions[] = [];
  for (let half = maxLength / 2; half >= MIN_LENGTH; half /= 2) {
    for (const length of [1.5 * half, half]) lengths.push({ maxLength: Math.floor(length / 8) * 8 });
  }
  return lengths;
}
