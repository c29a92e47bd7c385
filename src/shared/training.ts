import type { PromptTemplate } from "./data";
import type { Field } from "./fields";
import type { MethodChoice } from "./methods";

export const SCHEDULES = ["linear", "cosine", "constant"] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** Of a conversation, what is learned: every answer that the file does not mark otherwise, the last, those it marks. */
export const LEARN_FROM = ["every", "last", "flagged"] as const;
export type LearnFrom = (typeof LEARN_FROM)[number];

/** What becomes of an answer's thinking block: what the chat template makes of it, read but not learned, or left out. */
export const THOUGHTS = ["template", "mask", "drop"] as const;
export type Thoughts = (typeof THOUGHTS)[number];

/** What of a conversation is learned. */
export interface LearnRule {
  readonly learnFrom: LearnFrom;
  readonly thoughts: Thoughts;
}

export const LEARN_EVERY: LearnRule = { learnFrom: "every", thoughts: "template" };

/** The rule of a run; earlier versions kept none, or a part of it. */
export function learnRuleOf({
  learnFrom,
  thoughts,
}: { readonly [Key in keyof LearnRule]?: LearnRule[Key] | undefined }): LearnRule {
  return { learnFrom: learnFrom ?? LEARN_EVERY.learnFrom, thoughts: thoughts ?? LEARN_EVERY.thoughts };
}

/** How to train; units are steps (optimizer updates), tokens and rows. */
export interface TrainingOptions {
  readonly epochs: number;
  /** Optimizer steps at most; 0 means as many as the epochs give. */
  readonly maxSteps: number;
  /** Rows in one forward pass. */
  readonly batchSize: number;
  /** Forward passes summed into one optimizer step. */
  readonly gradientAccumulation: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly warmupSteps: number;
  readonly schedule: Schedule;
  /** Gradients are scaled down to this global norm; 0 turns clipping off. */
  readonly maxGradNorm: number;
  /** Tokens of a row at most, template and answer together. */
  readonly maxLength: number;
  /** Absent, for every answer, in runs that were kept before this was. */
  readonly learnFrom?: LearnFrom;
  /** Absent, for what the template makes of them, in runs that were kept before this was. */
  readonly thoughts?: Thoughts;
  /** Share of rows held out from training, 0 to 0.5. */
  readonly validationSplit: number;
  /** Optimizer steps between measurements on the rows held out; 0 measures five times a run. */
  readonly evalSteps: number;
  /** Ends with the values of the measurement with the lowest loss instead of the last ones. */
  readonly loadBestModelAtEnd: boolean;
  /** Ends the run when this many measurements in a row were no better than the best; 0 never does. */
  readonly earlyStoppingPatience: number;
  /** Optimizer steps between answers to a question that is kept aside; 0 asks none. */
  readonly sampleEvery: number;
  readonly seed: number;
  /** Puts several rows in one sequence instead of padding. */
  readonly packing: boolean;
  /** Computes each block again in the backward pass instead of keeping its inner values. */
  readonly gradientCheckpointing: boolean;
  /** Drops within the base model what its config.json says, as transformers does; absent in runs of earlier versions. */
  readonly baseModelDropout?: boolean;
  /** Starts from a kept adapter instead of anew; {@link RunConfig.continueFrom} says which. */
  readonly continueAdapter: boolean;
}

type TrainingField = Field<keyof TrainingOptions>;

export const trainingFields = [
  {
    name: "epochs",
    type: "number",
    default: 3,
    min: 0,
    exclusiveMin: true,
    max: 1000,
    level: "basic",
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

/** Everything that decides a run. */
export interface RunConfig extends PromptTemplate {
  readonly datasetId: string;
  readonly modelId: string;
  readonly method: MethodChoice;
  readonly training: TrainingOptions;
  /** Which changes of its rows were in force when the run began; absent in earlier runs. */
  readonly datasetEdits?: string;
  /** The dataset whose rows are measured on; absent or null, a share of the dataset's own is held out. */
  readonly validationDatasetId?: string | null;
  /** The adapter whose values the run starts from, or null to start anew. */
  readonly continueFrom: string | null;
}
