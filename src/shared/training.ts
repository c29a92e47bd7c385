import type { Field } from "./fields";
import type { MethodChoice } from "./methods";

export const SCHEDULES = ["linear", "cosine", "constant"] as const;
export type Schedule = (typeof SCHEDULES)[number];

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
  /** Starts from a kept adapter instead of anew; {@link RunConfig.continueFrom} says which. */
  readonly continueAdapter: boolean;
}

/** Labels of the training form's fields; fixed, so that a keyboard, a screen reader and a script can find them. */
export const trainingLabels: Readonly<Record<keyof TrainingOptions, string>> = {
  epochs: "Epochs",
  maxSteps: "Max steps",
  batchSize: "Batch size",
  gradientAccumulation: "Gradient accumulation",
  learningRate: "Learning rate",
  weightDecay: "Weight decay",
  warmupSteps: "Warmup steps",
  schedule: "Schedule",
  maxGradNorm: "Max grad norm",
  maxLength: "Max length",
  validationSplit: "Validation split",
  evalSteps: "Eval steps",
  loadBestModelAtEnd: "Load best model at end",
  earlyStoppingPatience: "Early stopping patience",
  sampleEvery: "Sample every",
  seed: "Seed",
  packing: "Packing",
  gradientCheckpointing: "Gradient checkpointing",
  continueAdapter: "Go on from the loaded adapter",
};

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
    hint: "Passes over the data. One to three is usual; more on little data learns it by heart.",
  },
  {
    name: "maxSteps",
    type: "integer",
    default: 0,
    min: 0,
    max: 1_000_000,
    level: "basic",
    hint: "Stop after this many optimizer steps. 0 trains all epochs.",
  },
  {
    name: "batchSize",
    type: "integer",
    default: 8,
    min: 1,
    max: 256,
    level: "basic",
    hint: "Rows computed at once. More is steadier and takes more memory.",
  },
  {
    name: "gradientAccumulation",
    type: "integer",
    default: 1,
    min: 1,
    max: 1024,
    level: "advanced",
    hint: "Batches summed before each step: a larger batch without the memory.",
  },
  {
    name: "learningRate",
    type: "number",
    default: 2e-4,
    min: 0,
    exclusiveMin: true,
    max: 10,
    level: "basic",
    hint: "Size of each step. Too high and the loss jumps or breaks; too low and nothing changes.",
  },
  {
    name: "weightDecay",
    type: "number",
    default: 0,
    min: 0,
    max: 1,
    level: "advanced",
    hint: "Pulls trained weights towards zero. 0 to 0.1.",
  },
  {
    name: "warmupSteps",
    type: "integer",
    default: 5,
    min: 0,
    max: 100_000,
    level: "advanced",
    hint: "Steps over which the learning rate rises from zero.",
  },
  {
    name: "schedule",
    type: "select",
    default: "cosine",
    choices: [
      { value: "linear", label: "linear" },
      { value: "cosine", label: "cosine" },
      { value: "constant", label: "constant" },
    ],
    level: "advanced",
    hint: "How the learning rate goes on after the warm-up.",
  },
  {
    name: "maxGradNorm",
    type: "number",
    default: 1,
    min: 0,
    max: 1000,
    level: "advanced",
    hint: "Limits the size of a step when a batch surprises. 0 turns it off.",
  },
  {
    name: "maxLength",
    type: "integer",
    default: 256,
    min: 8,
    max: 32768,
    level: "basic",
    hint: "Tokens of a row at most. Longer rows are cut, and counted in the data view; memory grows with it.",
  },
  {
    name: "validationSplit",
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.5,
    level: "basic",
    hint: "Share of rows kept aside to measure on. 0 leaves you blind to learning by heart.",
  },
  {
    name: "evalSteps",
    type: "integer",
    default: 0,
    min: 0,
    max: 1_000_000,
    level: "advanced",
    hint: "Steps between measurements on the rows kept aside. 0 measures five times.",
  },
  {
    name: "earlyStoppingPatience",
    type: "integer",
    default: 0,
    min: 0,
    max: 1000,
    level: "advanced",
    hint: "Stops after this many measurements without a better one. 0 never stops early.",
  },
  {
    name: "sampleEvery",
    type: "integer",
    default: 0,
    min: 0,
    max: 1_000_000,
    level: "advanced",
    hint: "Answers one row kept aside every so many steps, to watch it learn. 0 does not.",
  },
  {
    name: "seed",
    type: "integer",
    default: 42,
    min: 0,
    max: 4294967295,
    level: "advanced",
    hint: "The same seed gives the same run.",
  },
  {
    name: "loadBestModelAtEnd",
    type: "boolean",
    default: false,
    level: "advanced",
    hint: "Ends with what measured best on the rows kept aside, not with the last step.",
  },
  {
    name: "packing",
    type: "boolean",
    default: false,
    level: "advanced",
    hint: "Puts short rows together in one sequence, each seeing only itself. Faster when lengths vary much.",
  },
  {
    name: "gradientCheckpointing",
    type: "boolean",
    default: false,
    level: "advanced",
    hint: "Computes each block twice instead of keeping what is inside it: far less memory, about a third more time, the same result.",
  },
  {
    name: "continueAdapter",
    type: "boolean",
    default: false,
    level: "advanced",
    hint: "Starts where the adapter in use stands. Method and options must be those it was made with; the optimizer goes on as well where its state was kept, and otherwise starts afresh.",
  },
] as const satisfies readonly TrainingField[];

/** Everything that decides a run. */
export interface RunConfig {
  readonly datasetId: string;
  readonly modelId: string;
  readonly templateId: string;
  readonly method: MethodChoice;
  readonly training: TrainingOptions;
  /** The adapter whose values the run starts from, or null to start anew. */
  readonly continueFrom: string | null;
}
