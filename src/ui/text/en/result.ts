import type { ExportId, ExportNote, ExportPurpose, ExportType, UsageLines } from "../../../shared/exports";
import type { FolderReader } from "../../../shared/folder-format";
import { format } from "./format";
import { plural } from "./words";

/* Texts of the steps after a run: Compare and Export. */

export const compare = {
  intro:
    "The same question and the same seed for both sides: the base model, any of your adapters, or the model with one merged into its weights.",
  before: "Before",
  after: "After",
  left: "Left",
  right: "Right",
  leftSide: "Left side",
  rightSide: "Right side",
  base: "The base model",
  gone: "A deleted adapter",
  merged: (name: string) => `${name}, merged`,
  mergedCost: (bytes: number) =>
    `What the adapter changes is kept twice for the merged side: ${format.bytes(bytes)} of GPU memory, until you choose another one there.`,
  mergedSame: "The merged model answers the same, word for word.",
  afterNobody: "No adapter yet",
  emptySide: "The answer appears here.",
  askBoth: "Ask both again",
  afterNone: "Train, or load an adapter in Export, and its answer appears here.",
  message: "Message",
  placeholder: "Ask something",
  send: "Send",
  stop: "End the answers",
  suggestions: "Try one it has not seen",
  expected: "The dataset's answer",
  options: "Answer options",
  more: "More options",
  mark: "Mark words that differ",
  clear: "New conversation",
  you: "You",
  said: (who: string, words: string) => `${who}: ${words}`,
  edit: "Edit and ask again",
  askAgain: "Ask again",
  keep: "Leave it",
  editLabel: "Your words",
  copy: "Copy the conversation",
  copyAnswer: (side: string) => `Copy: ${side.toLowerCase()}`,
  rate: (perSecond: number) => `${format.rate(perSecond)} tokens/s`,
  finish: { "end-token": "", length: "cut at the maximum", stopped: "stopped" },
  waiting: "Waiting for its turn…",
  writing: "Writing…",
  nothing: "(an empty answer)",
  earlier: (turns: number) => `Earlier in this conversation (${format.integer(turns)})`,
  earlierTurns: "Earlier questions",
  laterTurns: "Later questions",
  blockedTraining: "Answers wait until the run ends.",
  blockedModel: "Answers need a loaded model.",
  blockedBusy: "Answers wait until what runs now is done.",
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
    "The layers are in NF4: they are widened and the update is added in full precision, so that the merged model answers as this one does. What quantising rounded off stays lost; to merge into the exact weights, load the model without NF4 first.",
  stored:
    "The layers are quantised in their file: they are widened and the update is added. What quantising rounded off stays lost.",
} as const;

const baseNeeded = {
  gguf: "Needs a GGUF file of the base model beside it.",
  mlx: "Needs the base model beside it.",
} as const;

export const exportStep = {
  intro: "Take an adapter with you, or bring one in.",
  library: "Your adapters",
  laterAdapters: "Newer adapters",
  earlierAdapters: "Older adapters",
  libraryHint: (model: string) => `For ${model}. They stay in this browser until you delete them.`,
  use: (name: string) => `Use ${name}`,
  download: (name: string) => `Save ${name}`,
  rename: (name: string) => `Rename ${name}`,
  renameLabel: "New name",
  renameYes: "Rename it",
  renameNo: "Leave it",
  remove: (name: string) => `Delete ${name}`,
  removeAsk: (name: string) => `Delete “${name}” from this browser?`,
  unsaved: {
    title: (name: string) => `“${name}” is not saved`,
    what: "It is in this page's memory alone until it is saved or downloaded: do not close the page.",
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
      what: "A zip with what the run changed in the model, its configuration and a model card. A few lines put it into the base model; it loads again here too.",
    },
    luthier: {
      title: "Luthier adapter",
      what: "A zip with the trained tensors, their configuration and a model card. No library loads it on this model; the studio does.",
    },
  } satisfies Record<FolderReader, { title: string; what: string }>,
  inUse: "The adapter in use",
  purposes: {
    python: "Use it in Python",
    local: "Run it on a machine of your own",
    web: "Run it in a web page",
  } satisfies Record<ExportPurpose, string>,
  kinds: {
    merged: {
      title: "Merged model",
      what: "The whole model with the adapter in its weights, as a Hugging Face folder: no PEFT needed. Compare has it as the adapter, merged.",
    },
    "gguf-lora": {
      title: "GGUF adapter",
      what: "The LoRA for llama.cpp, to load beside a GGUF file of the base model.",
    },
    gguf: {
      title: "Merged GGUF",
      what: "The whole model with the adapter in its weights as one GGUF file, with tokenizer and chat template.",
    },
    ollama: {
      title: "Ollama",
      what: "The merged GGUF with a Modelfile, whose template, ends and parameters are those it was trained with.",
    },
    mlx: {
      title: "MLX adapter",
      what: "The adapter for mlx-lm on a Mac, to load beside the base model.",
    },
    onnx: {
      title: "ONNX",
      what: "The whole model with the adapter in its weights for transformers.js and onnxruntime, with tokenizer and configuration.",
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
  } satisfies Record<ExportId, string>,
  weightsOf: (title: string) => `Weights of ${title}`,
  variant: (type: ExportType | null, bytes: number) =>
    `${type === "base" || type === null ? "as the base" : storedNames[type]} · ${format.bytes(bytes)}`,
  size: {
    file: (bytes: number, intoFolder: boolean) =>
      intoFolder
        ? `One file of about ${format.bytes(bytes)}, written straight into a folder that you choose.`
        : `One file of about ${format.bytes(bytes)}.`,
    folder: (bytes: number, intoFolder: boolean) =>
      intoFolder
        ? `About ${format.bytes(bytes)}, written straight into a folder that you choose.`
        : `A zip of about ${format.bytes(bytes)}.`,
  },
  readBy: (readers: readonly string[]) => `Read by ${readers.join(", ")}.`,
  note: (note: ExportNote) => {
    switch (note.code) {
      case "widened":
        return widened[note.how];
      case "bytes-kept":
        return "Layers that are quantised in the base's file keep their very bytes, unless the adapter changes them.";
      case "rows-in-f16":
        return `${plural(note.tensors, "matrix has rows that are", "matrices have rows that are")} no whole blocks of 32 numbers: stored in f16 there.`;
      case "window-lost":
        return `llama.cpp leaves out the model's sliding window, so answers to texts of more than ${format.integer(note.tokens)} tokens differ there.`;
      case "base-needed":
        return baseNeeded[note.format];
    }
  },
  usage: { python: "In Python", shell: "In a terminal", javascript: "In JavaScript" } satisfies Record<
    UsageLines["language"],
    string
  >,
  usageCopy: (button: string) => `Copy the lines of ${button}`,
  making: "Making the export",
  withOptimizer: "With the optimizer's state",
  withOptimizerHint: (bytes: number) =>
    `Loaded here again, training goes on exactly where it stopped. Adds ${format.bytes(bytes)}; other libraries do not look at it.`,
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
  dropHint: "For the model in use, made here, by PEFT, or by the adapters library.",
  importing: "Reading the adapter…",
  needsModel: "Load the base model of the adapter first.",
};
