import type { generationFields } from "../../../shared/generation";
import type { trainingFields } from "../../../shared/training";
import type { LabelledOptionTexts } from "../option-texts";

/** The fields of a run. Labels are as fixed as names: a keyboard, a screen reader and a script find fields by them. */
export const trainingOptions: LabelledOptionTexts<typeof trainingFields> = {
  epochs: {
    label: "Epochs",
    hint: "Passes over the data. One to three is usual; more on little data learns it by heart.",
  },
  maxSteps: {
    label: "Max steps",
    hint: "Stop after this many optimizer steps. 0 trains all epochs.",
  },
  batchSize: {
    label: "Batch size",
    hint: "Rows computed at once. More is steadier and takes more memory.",
  },
  gradientAccumulation: {
    label: "Gradient accumulation",
    hint: "Batches summed before each step: a larger batch without the memory.",
  },
  learningRate: {
    label: "Learning rate",
    hint: "Size of each step. Too high and the loss jumps or breaks; too low and nothing changes.",
  },
  weightDecay: {
    label: "Weight decay",
    hint: "Pulls trained weights towards zero. 0 to 0.1.",
  },
  warmupSteps: {
    label: "Warmup steps",
    hint: "Steps over which the learning rate rises from zero. A run that is no longer takes a tenth of its steps.",
  },
  schedule: {
    label: "Schedule",
    hint: "How the learning rate goes on after the warm-up.",
    choices: {
      linear: "linear",
      cosine: "cosine",
      constant: "constant",
    },
  },
  maxGradNorm: {
    label: "Max grad norm",
    hint: "Limits the size of a step when a batch surprises. 0 turns it off.",
  },
  maxLength: {
    label: "Max length",
    hint: "Tokens of a row at most. Longer rows are cut, and counted in the data view; memory grows with it.",
  },
  learnFrom: {
    label: "Learn from",
    hint: "Which answers of a conversation are learned. One with weight 0 in the file is learned only as the last answer.",
    choices: {
      every: "every answer",
      last: "the last answer",
      flagged: "answers that the file marks",
    },
  },
  thoughts: {
    label: "Thinking blocks",
    hint: "What answers say between <think> and </think>. Most templates that know it leave it out of earlier turns.",
    choices: {
      template: "as the template has them",
      mask: "read, and not learned",
      drop: "left out of every answer",
    },
  },
  validationSplit: {
    label: "Validation split",
    hint: "Share of rows kept aside to measure on. 0 leaves you blind to learning by heart.",
  },
  evalSteps: {
    label: "Eval steps",
    hint: "Steps between measurements on the rows kept aside. 0 measures five times.",
  },
  earlyStoppingPatience: {
    label: "Early stopping patience",
    hint: "Stops after this many measurements without a better one. 0 never stops early.",
  },
  sampleEvery: {
    label: "Sample every",
    hint: "Answers one row kept aside every so many steps, to watch it learn. 0 does not.",
  },
  seed: {
    label: "Seed",
    hint: "The same seed gives the same run.",
  },
  loadBestModelAtEnd: {
    label: "Load best model at end",
    hint: "Ends with what measured best on the rows kept aside, not with the last step.",
  },
  packing: {
    label: "Packing",
    hint: "Puts short rows together in one sequence, each seeing only itself. Faster when lengths vary much.",
  },
  gradientCheckpointing: {
    label: "Gradient checkpointing",
    hint: "Computes each block twice instead of keeping what is inside it: far less memory, about a third more time, the same result.",
  },
  baseModelDropout: {
    label: "Dropout of the model itself",
    hint: "Drops numbers within the model while it trains, as much as its config.json says and in the places where Hugging Face's training does: 0.1 in GPT-2, OPT and T5, none in most others. Attention's own probabilities are left whole.",
  },
  continueAdapter: {
    label: "Go on from the loaded adapter",
    hint: "Starts where the adapter in use stands. Method and options must be those it was made with; the optimizer goes on as well where its state was kept, and otherwise starts afresh.",
  },
};

/** The fields of an answer. */
export const answerOptions: LabelledOptionTexts<typeof generationFields> = {
  temperature: {
    label: "Temperature",
    hint: "0 always takes the likeliest word. Around 0.7 varies; above 1.5 rambles.",
  },
  topP: {
    label: "Top p",
    hint: "Draws only among the likeliest words that together have this share. 1 allows all.",
  },
  maxNewTokens: {
    label: "Max new tokens",
    hint: "Longest answer, in tokens.",
  },
  topK: {
    label: "Top k",
    hint: "Draws only among this many likeliest words. 0 turns it off.",
  },
  repetitionPenalty: {
    label: "Repetition penalty",
    hint: "Above 1 avoids words already used; far above 1 breaks sentences.",
  },
  noRepeatNgramSize: {
    label: "No repeat n-gram size",
    hint: "Never repeats a run of this many tokens. 0 turns it off.",
  },
  seed: {
    label: "Random start",
    hint: "Seed of the draw. The same number gives the same answer, and both sides use it.",
  },
};
