import type {
  ExportId,
  ExportNote,
  ExportPurpose,
  ExportType,
  OnnxTrial,
  UsageLines,
} from "../../../shared/exports";
import type { FolderReader } from "../../../shared/folder-format";
import { format } from "./format";
import { answerOptions } from "./options";
import type { TokenChance } from "../../../shared/generation";
import { trainerGaps } from "../../../export/english/trainer-gaps";
import { plural } from "./words";

/* Texts of the steps after a run: Compare and Export. */

const ownNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(answerOptions).map(([name, { label }]) => [name, label]),
);

export const compare = {
  intro:
    "The same question and the same seed for every column: the base model, any of your adapters, or the model with one merged into its weights.",
  before: "Before",
  after: "After",
  left: "Left",
  right: "Right",
  leftSide: "Left side",
  rightSide: "Right side",
  column: (number: number) => `Column ${number}`,
  columnVoice: (number: number) => `Model of column ${number}`,
  addColumn: "Add a column",
  removeColumn: (name: string) => `Remove ${name.toLowerCase()}`,
  base: "The base model",
  gone: "A deleted adapter",
  merged: (name: string) => `${name}, merged`,
  mergedCost: (bytes: number) =>
    `A merged column keeps its own copy of the changed weights: ${format.bytes(bytes)} of GPU memory, until you choose something else there.`,
  sameTemplate: (adapter: string) =>
    `The base model is asked in the same prompt format as “${adapter}”, so that only the adapter differs.`,
  mergedSame: "The merged model answers the same, word for word.",
  afterNobody: "No adapter yet",
  emptySide: "The answer appears here.",
  askBoth: "Ask both again",
  askAll: "Ask all again",
  afterNone: "Train an adapter, or load one under Export, and its answer appears here.",
  message: "Message",
  placeholder: "Ask something",
  send: "Send",
  stop: "End the answers",
  suggestions: "Try one it has not seen",
  expected: "The dataset's answer",
  showSent: "Show what is sent",
  hideSent: "Hide what is sent",
  sent: (tokens: number) => `What is sent: ${plural(tokens, "token", "tokens")}`,
  sentTo: (who: string, tokens: number) => `Sent to ${who}: ${plural(tokens, "token", "tokens")}`,
  options: "Answer options",
  more: "More options",
  ownSampling: (values: Readonly<Record<string, number>>) => {
    const parts = Object.entries(values).map(
      ([name, value]) => `${(ownNames[name] ?? name).toLowerCase()} ${value}`,
    );
    return `As the model's makers draw: ${parts.join(", ")}`;
  },
  mark: "Mark words that differ",
  littleShared: "These answers share too few words for marks to help.",
  showOdds: "Show token probabilities",
  oddsOf: (name: string) => `Token probabilities: ${name.toLowerCase()}`,
  oddsHint: "Point at a token, or use the arrow keys, to see how likely it was and what else was.",
  odds: (token: string, probability: number) => `“${token}”: ${format.share(probability)}`,
  oddsSpoken: ({ text, continues, probability, likeliest }: TokenChance) =>
    [
      `${continues ? "the same character" : text}, ${format.share(probability)}`,
      ...likeliest.map((other) => `${other.text} ${format.share(other.probability)}`),
    ].join("; "),
  clear: "New conversation",
  you: "You",
  said: (who: string, words: string) => `${who}: ${words}`,
  edit: "Edit and ask again",
  askAgain: "Ask again",
  keep: "Cancel",
  editLabel: "Your words",
  regenerate: "Regenerate",
  regenerateHint: "Answer anew with the next seed; at temperature 0 the answers stay the same",
  copy: "Copy the conversation",
  copyAnswer: (side: string) => `Copy: ${side.toLowerCase()}`,
  rate: (perSecond: number) => `${format.rate(perSecond)} tokens/s`,
  finish: {
    "end-token": "",
    length: "cut at the maximum",
    stopped: "stopped",
    "stop-sequence": "ended by a stop sequence",
    repeats: "ended early",
  },
  repeats: "It repeats itself: trained too little or too fast.",
  repeatsBase: "It repeats itself.",
  system: "System prompt",
  systemHint: "Sent before free questions. Rows of your data keep the system text that training gave them.",
  systemPlaceholder: "You are a helpful assistant.",
  stops: "Stop sequences",
  stopsHint: "One in each line; \\n is a line break. The answer ends right before the first that appears.",
  stopsPlaceholder: "\\n\\nQuestion:",
  endLoops: "End answers that repeat themselves",
  waiting: "Waiting for its turn…",
  writing: "Writing…",
  nothing: "(an empty answer)",
  earlier: (turns: number) => `Earlier in this conversation (${format.integer(turns)})`,
  earlierTurns: "Earlier questions",
  laterTurns: "Later questions",
  blockedTraining: "Pause the run to ask, or wait until it ends.",
  blockedModel: "Load a model before asking.",
  blockedBusy: "Wait for the running task to finish before asking.",
};

const storedNames: Readonly<Record<Exclude<ExportType, "base">, string>> = {
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  Q8_0: "8 bits (Q8_0)",
  Q5_1: "5 bits (Q5_1)",
  Q5_0: "5 bits (Q5_0)",
  Q4_1: "4 bits (Q4_1)",
  Q4_0: "4 bits (Q4_0)",
  Q4: "4 bits",
};

const widened = {
  loaded:
    "The layers are in NF4: they are dequantised and the update is added in full precision, so that the merged model answers as this one does. The precision lost to quantisation stays lost; to merge into the exact weights, load the model without NF4 first.",
  stored:
    "The layers are quantised in their file: they are dequantised and the update is added. The precision lost to quantisation stays lost.",
} as const;

const baseNeeded = {
  gguf: "Requires a GGUF file of the base model.",
  mlx: "Requires the base model.",
} as const;

export const exportStep = {
  intro: "Export an adapter, or load one.",
  library: "Your adapters",
  laterAdapters: "Newer adapters",
  earlierAdapters: "Older adapters",
  libraryHint: (model: string) => `For ${model}. They stay in this browser until you delete them.`,
  use: (name: string) => `Use ${name}`,
  download: (name: string) => `Save ${name}`,
  rename: (name: string) => `Rename ${name}`,
  renameLabel: "New name",
  renameYes: "Rename it",
  renameNo: "Cancel",
  remove: (name: string) => `Delete ${name}`,
  removeAsk: (name: string) => `Delete “${name}” from this browser?`,
  unsaved: {
    title: (name: string) => `“${name}” is not saved`,
    what: "It exists only in this page's memory until it is saved or downloaded: do not close the page.",
    save: "Save it again",
    download: "Download it",
  },
  removeYes: "Delete it",
  removeNo: "Keep it",
  stepCount: (steps: number) => plural(steps, "step", "steps"),
  lossWas: (loss: number) => `loss ${format.loss(loss)}`,
  formats: {
    peft: {
      title: "PEFT adapter",
      what: "A zip with adapter_config.json, adapter_model.safetensors and a model card. Loads in Hugging Face PEFT, and again here.",
    },
    adapters: {
      title: "AdapterHub adapter",
      what: "A zip with the adapter's configuration, its tensors and a model card. Loads in the adapters library, and again here.",
    },
    transformers: {
      title: "Trained weights",
      what: "A zip with the weights that the run changed, its configuration and a model card. A few lines of code load them into the base model; it loads again here too.",
    },
    luthier: {
      title: "Luthier adapter",
      what: "A zip with the trained tensors, their configuration and a model card. No other library can load it for this model, only the studio.",
    },
  } satisfies Record<FolderReader, { title: string; what: string }>,
  inUse: "The adapter in use",
  purposes: {
    python: "Use it in Python",
    local: "Run it on your own machine",
    web: "Run it in a web page",
    server: "Go on on a GPU server",
  } satisfies Record<ExportPurpose, string>,
  kinds: {
    merged: {
      title: "Merged model",
      what: "The whole model with the adapter merged in, as a Hugging Face folder: no PEFT needed. You can try it under Compare as the merged adapter.",
    },
    "gguf-lora": {
      title: "GGUF adapter",
      what: "The LoRA for llama.cpp, to load with a GGUF file of the base model.",
    },
    gguf: {
      title: "Merged GGUF",
      what: "The whole model with the adapter merged in, as one GGUF file with tokenizer and chat template.",
    },
    ollama: {
      title: "Ollama",
      what: "The merged GGUF with a Modelfile whose template, stop sequences and parameters match the training.",
    },
    mlx: {
      title: "MLX adapter",
      what: "The adapter for mlx-lm on a Mac, to load with the base model.",
    },
    onnx: {
      title: "ONNX",
      what: "The whole model with the adapter in its weights for transformers.js and onnxruntime, with tokenizer and configuration.",
    },
    "training-script": {
      title: "Training script",
      what: "This run as a Python program for one GPU or many: its rows, tokens, order of batches and starting values, with configurations for Accelerate, FSDP2, DeepSpeed and Ray Train. Drop what it trains back on this page.",
    },
    "llama-factory": {
      title: "LLaMA-Factory",
      what: "This run as a YAML file for LLaMA-Factory, with its rows and dataset_info.json.",
    },
    axolotl: {
      title: "Axolotl",
      what: "This run as a YAML file for Axolotl, with its rows as tokens and masks.",
    },
    unsloth: {
      title: "Unsloth",
      what: "This run as a Jupyter notebook for Unsloth, with its rows as tokens and masks.",
    },
  } satisfies Record<Exclude<ExportId, "adapter">, { title: string; what: string }>,
  buttons: {
    adapter: "Export adapter",
    merged: "Download merged model",
    "gguf-lora": "Export GGUF",
    gguf: "Export merged GGUF",
    ollama: "Export for Ollama",
    mlx: "Export MLX",
    onnx: "Export ONNX",
    "training-script": "Export training script",
    "llama-factory": "Export LLaMA-Factory YAML",
    axolotl: "Export Axolotl YAML",
    unsloth: "Export Unsloth notebook",
  } satisfies Record<ExportId, string>,
  weightsOf: (title: string) => `Weights of ${title}`,
  variant: (type: ExportType | null, bytes: number) =>
    `${type === "base" || type === null ? "as the base" : storedNames[type]} · ${format.bytes(bytes)}`,
  size: {
    file: (bytes: number, intoFolder: boolean) =>
      intoFolder
        ? `One file of about ${format.bytes(bytes)}, written directly into a folder you choose.`
        : `One file of about ${format.bytes(bytes)}.`,
    folder: (bytes: number, intoFolder: boolean) =>
      intoFolder
        ? `About ${format.bytes(bytes)}, written directly into a folder you choose.`
        : `A zip of about ${format.bytes(bytes)}.`,
  },
  readBy: (readers: readonly string[]) => `Read by ${readers.join(", ")}.`,
  note: (note: ExportNote) => {
    switch (note.code) {
      case "widened":
        return widened[note.how];
      case "bytes-kept":
        return "Layers that are quantised in the base model's file are copied byte for byte unless the adapter changes them.";
      case "rows-in-f16":
        return `${plural(note.tensors, "matrix is", "matrices are")} stored in f16, because the row length is not a multiple of 32.`;
      case "window-lost":
        return `${note.program} ignores the model's sliding window, so answers differ there for texts of more than ${format.integer(note.tokens)} tokens.`;
      case "base-needed":
        return baseNeeded[note.format];
    }
  },
  gaps: {
    title: (count: number) => `What differs there (${format.integer(count)})`,
    sentences: trainerGaps,
  },
  usage: { python: "In Python", shell: "In a terminal", javascript: "In JavaScript" } satisfies Record<
    UsageLines["language"],
    string
  >,
  usageCopy: (button: string) => `Copy the lines of ${button}`,
  trial: {
    question: "Question",
    example: "What is a lantern?",
    button: "Try ONNX here",
    running: "Running it in onnxruntime-web",
    result: ({ tokens, agreeing, largestDifference }: OnnxTrial) =>
      agreeing === tokens
        ? `The engine chose the same ${plural(tokens, "token", "tokens")}. Largest difference of a logit: ${format.share(largestDifference)}.`
        : `The engine chose the same token in ${format.integer(agreeing)} of ${plural(tokens, "place", "places")}. Largest difference of a logit: ${format.share(largestDifference)}.`,
  },
  planned: "As set in Data, Method and Train; nothing needs to be trained here first.",
  making: "Making the export",
  withOptimizer: "With the optimizer's state",
  withOptimizerHint: (bytes: number) =>
    `When loaded here again, training continues exactly where it stopped. Adds ${format.bytes(bytes)}; other libraries ignore it.`,
  none: "There is no adapter yet. Train one, or load one below.",
  saved: (name: string, bytes: number) => `Saved ${name} (${format.bytes(bytes)}).`,
  facts: {
    name: "Adapter",
    method: "Method",
    origin: "Origin",
    steps: "Steps",
    loss: "Final loss",
    validation: "Validation loss",
    trainable: "Trainable",
    size: "Size",
  },
  origin: { trained: "trained here", imported: "imported" },
  file: "Adapter files",
  importTitle: "Load an adapter",
  drop: "Drop an adapter's folder or zip here, or click to choose",
  dropHint: "For the model in use, made here, with PEFT, or with the adapters library.",
  importing: "Reading the adapter…",
  needsModel: "Load the base model of the adapter first.",
};
