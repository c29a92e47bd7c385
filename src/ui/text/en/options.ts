import type { generationFields } from "../../../shared/generation";
import type { trainingFields } from "../../../shared/training";
import type { LabelledOptionTexts } from "../option-texts";
import { scores } from "./scores";

/** Training fields. Labels are stable accessible names: keyboards, screen readers and scripts find fields by them. */
export const trainingOptions: LabelledOptionTexts<typeof trainingFields> = {
  epochs: {
    label: "Epochs",
    hint: "Passes over the data. One to three is usual; more on little data overfits.",
  },
  maxSteps: {
    label: "Max steps",
    hint: "Stop after this many optimizer steps. 0 trains all epochs.",
  },
  maxMinutes: {
    label: "Max minutes",
    hint: "Stop after this much training time. 0 sets no limit.",
  },
  batchSize: {
    label: "Batch size",
    hint: "Rows per batch. Larger is more stable and takes more memory.",
  },
  gradientAccumulation: {
    label: "Gradient accumulation",
    hint: "Batches summed before each step: a larger batch without the memory.",
  },
  learningRate: {
    label: "Learning rate",
    hint: "Size of each step. Too high and the loss diverges; too low and nothing changes.",
  },
  weightDecay: {
    label: "Weight decay",
    hint: "Pulls trained weights towards zero. 0 to 0.1.",
  },
  warmupSteps: {
    label: "Warmup steps",
    hint: "Steps over which the learning rate rises from zero. Runs no longer than that warm up for a tenth of their steps.",
  },
  schedule: {
    label: "Schedule",
    hint: "How the learning rate develops after the warm-up.",
    choices: {
      linear: "linear",
      cosine: "cosine",
      constant: "constant",
    },
  },
  maxGradNorm: {
    label: "Max grad norm",
    hint: "Clips unusually large gradients. 0 turns it off.",
  },
  maxLength: {
    label: "Max length",
    hint: "Maximum tokens per row. Longer rows are truncated, and counted in the data view; memory grows with it.",
  },
  learnFrom: {
    label: "Learn from",
    hint: "Which answers of a conversation are learned. An answer with weight 0 in the file is learned only if it is the last.",
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
  mixShare: {
    label: "Share mixed in",
    hint: "Share of an epoch's rows that come from another of your datasets. Some chat rows beside raw text keep a model answering. 0 turns it off.",
  },
  validationSplit: {
    label: "Validation split",
    hint: "Fraction of rows held out for validation. With 0, overfitting goes unnoticed.",
  },
  evalSteps: {
    label: "Eval steps",
    hint: "Steps between evaluations on the held-out rows. 0 evaluates once an epoch, and at least five times.",
  },
  earlyStoppingPatience: {
    label: "Early stopping patience",
    hint: "Stops after this many evaluations without improvement. 0 never stops early.",
  },
  metricForBestModel: {
    label: "Best by",
    hint: "What decides which weights are best and when to stop early. All but the loss need scored rows.",
    choices: {
      ...scores.names,
      loss: "validation loss",
    },
  },
  scoreRows: {
    label: "Scored rows",
    hint: "Answers and scores this many held-out rows with each evaluation, and charts the scores. 0 scores none.",
  },
  keepCheckpoints: {
    label: "Keep checkpoints",
    hint: "Keeps this many adapters on the way, those with the lowest validation loss, to compare and export. 0 keeps only the last.",
  },
  sampleRows: {
    label: "Sample rows",
    hint: "Answers this many held-out rows on the way, so that you can watch it learn. 0 turns it off.",
  },
  sampleEvery: {
    label: "Sample every",
    hint: "Steps between sample answers. 0 answers with each evaluation.",
  },
  seed: {
    label: "Seed",
    hint: "The same seed gives the same run.",
  },
  loadBestModelAtEnd: {
    label: "Load best model at end",
    hint: "Keeps the weights with the lowest validation loss instead of the last ones.",
  },
  packing: {
    label: "Packing",
    hint: "Packs short rows into one sequence, each attending only to itself. Faster when lengths vary a lot.",
  },
  gradientCheckpointing: {
    label: "Gradient checkpointing",
    hint: "Recomputes each block's activations instead of keeping them: far less memory, about a third more time, the same result.",
  },
  baseModelDropout: {
    label: "Dropout of the model itself",
    hint: "Applies the dropout of the model's config.json where Hugging Face's training does: 0.1 in GPT-2, OPT and T5, none in most others.",
  },
  continueAdapter: {
    label: "Go on from the loaded adapter",
    hint: "Continues training the adapter in use. Method and options must be the ones it was trained with. The optimizer continues too if its state was kept; otherwise it starts fresh.",
  },
};

/** Generation fields. */
export const answerOptions: LabelledOptionTexts<typeof generationFields> = {
  temperature: {
    label: "Temperature",
    hint: "0 always picks the most likely word. Around 0.7 gives variety; above 1.5 rambles.",
  },
  topP: {
    label: "Top p",
    hint: "Samples only from the most likely words whose probabilities add up to this. 1 allows all.",
  },
  maxNewTokens: {
    label: "Max new tokens",
    hint: "Maximum length of an answer, in tokens.",
  },
  topK: {
    label: "Top k",
    hint: "Samples only from this many most likely words. 0 turns it off.",
  },
  repetitionPenalty: {
    label: "Repetition penalty",
    hint: "Above 1 avoids words already used; far above 1 breaks sentences.",
  },
  noRepeatNgramSize: {
    label: "No repeat n-gram size",
    hint: "Never repeats a sequence of this many tokens. 0 turns it off.",
  },
  seed: {
    label: "Random start",
    hint: "Seed for sampling. The same seed gives the same answer; both sides use it.",
  },
};
