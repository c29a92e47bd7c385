import type { PromptTemplate } from "./data";
import type { Field } from "./fields";
import type { MethodChoice } from "./methods";
import type { ObjectiveChoice } from "./objectives";
import type { SweepPlace } from "./sweep-place";
import { SCORE_IDS, type ScoreId } from "./scores";

export const SCHEDULES = ["linear", "cosine", "constant"] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** What tells the best values and ends a run early: the validation loss, or a score of answers to held-out rows. */
export const BEST_BY = [
  "loss",
  ...SCORE_IDS.filter((id) => !["loss", "regex", "length"].includes(id)),
] as const;
export type BestBy = "loss" | ScoreId;

/**
 * Choices of which answers contribute to the loss: all unless the file excludes them, the last, or those marked in the
 * file.
 */
export const LEARN_FROM = ["every", "last", "flagged"] as const;
/** A choice, or "all" for texts, where every token contributes, prompts included. */
export type LearnFrom = (typeof LEARN_FROM)[number] | "all";

/** How thinking blocks of answers are treated: as the chat template renders them, rendered without loss, or removed. */
export const THOUGHTS = ["template", "mask", "drop"] as const;
export type Thoughts = (typeof THOUGHTS)[number];

/** Which parts of a conversation contribute to the loss. */
export interface LearnRule {
  readonly learnFrom: LearnFrom;
  readonly thoughts: Thoughts;
}

export const LEARN_EVERY: LearnRule = { learnFrom: "every", thoughts: "template" };

/** The rule of a run; earlier versions stored none, or only part of it. */
export function learnRuleOf({
  learnFrom,
  thoughts,
}: { readonly [Key in keyof LearnRule]?: LearnRule[Key] | undefined }): LearnRule {
  return { learnFrom: learnFrom ?? LEARN_EVERY.learnFrom, thoughts: thoughts ?? LEARN_EVERY.thoughts };
}

/** Training options, in optimizer steps, tokens and rows. */
export interface TrainingOptions {
  readonly epochs: number;
  /** Limit on optimizer steps; 0 for none. */
  readonly maxSteps: number;
  /** Limit on training time in minutes; 0 for none. Absent in runs of earlier versions, like all optional options. */
  readonly maxMinutes?: number;
  /** Rows per forward pass. */
  readonly batchSize: number;
  /** Forward passes per optimizer step. */
  readonly gradientAccumulation: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
  readonly schedule: Schedule;
  /** Maximum global gradient norm; 0 disables clipping. */
  readonly maxGradNorm: number;
  /** Maximum tokens per row, template and answer included. */
  readonly maxLength: number;
  /** Absent (meaning every answer) in runs of earlier versions. */
  readonly learnFrom?: LearnFrom;
  /** Absent (meaning "template") in runs of earlier versions. */
  readonly thoughts?: Thoughts;
  /** Fraction of an epoch's rows that are from {@link RunConfig.mixDatasetId}; absent in runs of earlier versions. */
  readonly mixShare?: number;
  /** Fraction of rows held out for validation, 0 to 0.5. */
  readonly validationSplit: number;
  /** Optimizer steps between validations; 0 means once an epoch, and at least five times a run. */
  readonly evalSteps: number;
  /** Restores the values with the lowest validation loss at the end. */
  readonly loadBestModelAtEnd: boolean;
  /** Stops after this many validations without improvement; 0 disables it. */
  readonly earlyStoppingPatience: number;
  /**
   * Number of intermediate adapters to keep, those with the lowest validation loss; absent in runs of earlier versions.
   */
  readonly keepCheckpoints?: number;
  /** What the best values are best by; absent: the validation loss. */
  readonly metricForBestModel?: BestBy;
  /** Held-out rows that are scored at each validation, at most; 0 for none. A score as metric needs some. */
  readonly scoreRows?: number;
  /** Held-out rows that are answered on the way, to be read; absent: one if `sampleEvery` is set. */
  readonly sampleRows?: number;
  /** Optimizer steps between sample answers; 0: with each validation. */
  readonly sampleEvery: number;
  readonly seed: number;
  /** Concatenates rows into sequences instead of padding. */
  readonly packing: boolean;
  /** Recomputes block activations in the backward pass instead of saving them. */
  readonly gradientCheckpointing: boolean;
  /** Applies the dropout of the base model's config.json, like transformers; absent in runs of earlier versions. */
  readonly baseModelDropout?: boolean;
  /** Starts from an existing adapter, given by {@link RunConfig.continueFrom}. */
  readonly continueAdapter: boolean;
}

/** What the options mean that runs of earlier versions lack. */
export const EARLIER_OPTIONS = {
  ...LEARN_EVERY,
  maxMinutes: 0,
  metricForBestModel: "loss",
  scoreRows: 0,
  sampleRows: 0,
  keepCheckpoints: 0,
  baseModelDropout: false,
} as const satisfies Partial<TrainingOptions>;

type TrainingField = Field<keyof TrainingOptions>;

export const trainingFields = [
  {
    name: "epochs",
    type: "number",
    default: 3,
    min: 0,
    exclusiveMin: true,
    max: 1000,
    level: "advanced",
  },
  {
    name: "maxSteps",
    type: "integer",
    default: 0,
    min: 0,
    max: 1_000_000,
    level: "basic",
  },
  {
    name: "maxMinutes",
    type: "number",
    default: 0,
    min: 0,
    max: 100_000,
    level: "advanced",
  },
  {
    name: "batchSize",
    type: "integer",
    default: 8,
    min: 1,
    max: 256,
    level: "basic",
  },
  {
    name: "gradientAccumulation",
    type: "integer",
    default: 1,
    min: 1,
    max: 1024,
    level: "advanced",
  },
  {
    name: "learningRate",
    type: "number",
    default: 2e-4,
    min: 0,
    exclusiveMin: true,
    max: 10,
    level: "basic",
  },
  {
    name: "weightDecay",
    type: "number",
    default: 0,
    min: 0,
    max: 1,
    level: "advanced",
  },
  {
    name: "warmupSteps",
    type: "integer",
    default: 5,
    min: 0,
    max: 100_000,
    level: "advanced",
  },
  {
    name: "schedule",
    type: "select",
    default: "cosine",
    choices: ["linear", "cosine", "constant"],
    level: "advanced",
  },
  {
    name: "maxGradNorm",
    type: "number",
    default: 1,
    min: 0,
    max: 1000,
    level: "advanced",
  },
  {
    name: "maxLength",
    type: "integer",
    default: 256,
    min: 8,
    max: 32768,
    level: "basic",
  },
  {
    name: "learnFrom",
    type: "select",
    default: "every",
    choices: LEARN_FROM,
    level: "advanced",
  },
  {
    name: "thoughts",
    type: "select",
    default: "template",
    choices: THOUGHTS,
    level: "advanced",
  },
  {
    name: "mixShare",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
  },
  {
    name: "validationSplit",
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.5,
    level: "basic",
  },
  {
    name: "evalSteps",
    type: "integer",
    default: 0,
    min: 0,
    max: 1_000_000,
    level: "advanced",
  },
  {
    name: "earlyStoppingPatience",
    type: "integer",
    default: 0,
    min: 0,
    max: 1000,
    level: "advanced",
  },
  {
    name: "metricForBestModel",
    type: "select",
    default: "loss",
    choices: BEST_BY,
    level: "advanced",
  },
  {
    name: "scoreRows",
    type: "integer",
    default: 0,
    min: 0,
    max: 1000,
    level: "advanced",
  },
  {
    name: "keepCheckpoints",
    type: "integer",
    default: 0,
    min: 0,
    max: 20,
    level: "advanced",
  },
  {
    name: "sampleRows",
    type: "integer",
    default: 3,
    min: 0,
    max: 32,
    level: "advanced",
  },
  {
    name: "sampleEvery",
    type: "integer",
    default: 0,
    min: 0,
    max: 1_000_000,
    level: "advanced",
  },
  {
    name: "seed",
    type: "integer",
    default: 42,
    min: 0,
    max: 4294967295,
    level: "advanced",
  },
  {
    name: "loadBestModelAtEnd",
    type: "boolean",
    default: false,
    level: "advanced",
  },
  {
    name: "packing",
    type: "boolean",
    default: false,
    level: "advanced",
  },
  {
    name: "gradientCheckpointing",
    type: "boolean",
    default: false,
    level: "advanced",
  },
  {
    name: "baseModelDropout",
    type: "boolean",
    default: true,
    level: "advanced",
  },
  {
    name: "continueAdapter",
    type: "boolean",
    default: false,
    level: "advanced",
  },
] as const satisfies readonly TrainingField[];

/** Complete configuration of a run. */
export interface RunConfig extends PromptTemplate {
  readonly datasetId: string;
  readonly modelId: string;
  readonly method: MethodChoice;
  readonly training: TrainingOptions;
  /** SHA-256 of the files behind the dataset, by which it is recognised when it is imported again. */
  readonly datasetHash?: string;
  readonly validationHash?: string;
  /** Its part in a sweep, if it is one of its runs. */
  readonly sweep?: SweepPlace;
  /** Identity of the row edits when the run began; absent in runs of earlier versions. */
  readonly datasetEdits?: string;
  /** The objective on preferences; if absent, answers or texts are learned. */
  readonly objective?: ObjectiveChoice | null;
  /** Validation dataset; if absent or null, a fraction of the rows is held out. */
  readonly validationDatasetId?: string | null;
  /** Dataset to mix in, with fraction `training.mixShare`. */
  readonly mixDatasetId?: string | null;
  /** Identity of its row edits when the run began. */
  readonly mixDatasetEdits?: string;
  /** Adapter to start from; null for a new one. */
  readonly continueFrom: string | null;
}
