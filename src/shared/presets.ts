import type { FieldValues } from "./fields";

export const PRESETS = ["quick", "balanced", "thorough"] as const;
export type PresetId = (typeof PRESETS)[number];

/** What is known of the data and the machine; null where it is not known yet. */
export interface PresetFacts {
  /** Rows that can be trained on or held out. */
  readonly rows: number | null;
  /** Whether a validation file replaces held-out rows. */
  readonly hasValidationFile: boolean;
  /** Milliseconds of an optimizer step, measured on this machine with this model. */
  readonly stepMs: number | null;
  /** Whether the recommended learning rate is meant for a run of some sixty steps, as those of the built-in model are. */
  readonly isRateForShortRuns: boolean;
}

export const NO_FACTS: PresetFacts = {
  rows: null,
  hasValidationFile: false,
  stepMs: null,
  isRateForShortRuns: false,
};

/** How long a preset trains. The numbers were chosen with the datasets of tests/presets/development.ts. */
interface Bounds {
  /** Passes over the rows, within these steps; never less than one pass. */
  readonly epochs: number;
  readonly minSteps: number;
  readonly maxSteps: number;
  readonly minutes: number;
  /** Validations in all, and how many without improvement end the run. */
  readonly validations: number;
  readonly patience: number;
  /** Factor of the learning rate, and of one that is recommended for short runs. */
  readonly rate: number;
  readonly shortRate: number;
}

const BOUNDS: Readonly<Record<PresetId, Bounds>> = {
  quick: {
    epochs: 5,
    minSteps: 20,
    maxSteps: 60,
    minutes: 1,
    validations: 4,
    patience: 0,
    rate: 1,
    shortRate: 1,
  },
  balanced: {
    epochs: 20,
    minSteps: 240,
    maxSteps: 400,
    minutes: 30,
    validations: 20,
    patience: 8,
    rate: 1,
    shortRate: 0.4,
  },
  thorough: {
    epochs: 40,
    minSteps: 400,
    maxSteps: 1200,
    minutes: 120,
    validations: 30,
    patience: 10,
    rate: 0.5,
    shortRate: 0.3,
  },
};

/** Held-out rows: a tenth, but enough that their loss says something, and no more than a quarter of the rows. */
const HELD_OUT = { share: 0.1, least: 8, most: 64, mostShare: 0.25 };

/** Share of a preset's minutes that steps may take by their measured time; validations take some of the rest. */
const STEPS_SHARE = 0.8;

/**
 * Training options of a preset, from recommended ones and what is known of data and machine.
 *
 * @param base complete values of the training form, as recommended for the method and the model
 */
export function presetTraining(preset: PresetId, base: FieldValues, facts: PresetFacts): FieldValues {
  const bounds = BOUNDS[preset];
  const { minutes, patience } = bounds;
  const rate = facts.isRateForShortRuns ? bounds.shortRate : bounds.rate;
  const split = heldOutShare(facts, Number(base.validationSplit));
  const steps = stepLimit(bounds, base, facts, split);
  const isWatched = split > 0 || facts.hasValidationFile;
  return {
    ...base,
    // The number of steps decides; the epochs must not end the run earlier.
    epochs: epochsFor(steps, base, facts, split),
    maxSteps: steps,
    maxMinutes: minutes,
    learningRate: Number((Number(base.learningRate) * rate).toPrecision(3)),
    warmupSteps: Math.min(Number(base.warmupSteps), Math.ceil(steps / 10)),
    validationSplit: split,
    evalSteps: Math.max(2, Math.round(steps / bounds.validations)),
    earlyStoppingPatience: isWatched ? patience : 0,
    loadBestModelAtEnd: isWatched && patience > 0,
  };
}

function heldOutShare({ rows, hasValidationFile }: PresetFacts, recommended: number): number {
  if (hasValidationFile || rows === null || rows < 2) return recommended;
  const { share, least, most, mostShare } = HELD_OUT;
  const count = Math.min(Math.max(rows * share, least), most, rows * mostShare);
  return Number((count / rows).toPrecision(2));
}

/** Optimizer steps of an epoch. */
function stepsPerEpoch(base: FieldValues, { rows, hasValidationFile }: PresetFacts, split: number): number {
  const trained = (rows ?? 0) * (hasValidationFile ? 1 : 1 - split);
  return Math.max(1, Math.ceil(trained / (Number(base.batchSize) * Number(base.gradientAccumulation))));
}

function stepLimit(
  { epochs, minSteps, maxSteps, minutes }: Bounds,
  base: FieldValues,
  facts: PresetFacts,
  split: number,
): number {
  const epoch = stepsPerEpoch(base, facts, split);
  const byData = facts.rows === null ? minSteps : Math.max(epoch, Math.min(epochs * epoch, maxSteps));
  const wanted = Math.max(minSteps, byData);
  if (facts.stepMs === null) return wanted;
  return Math.max(1, Math.min(wanted, Math.floor((minutes * 60_000 * STEPS_SHARE) / facts.stepMs)));
}

function epochsFor(steps: number, base: FieldValues, facts: PresetFacts, split: number): number {
  return Math.ceil(steps / stepsPerEpoch(base, facts, split)) + 1;
}
