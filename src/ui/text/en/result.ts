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
  blockedTraining: "Answers wait until the run ends.",
  blockedModel: "Answers need a loaded model.",
  blockedBusy: "Answers wait until what runs now is done.",
};

export const exportStep = {
  intro: "Take an adapter with you, or bring one in.",
  library: "Your adapters",
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
  button: "Export adapter",
  withOptimizer: "With the optimizer's state",
  withOptimizerHint: (bytes: number) =>
    `Loaded here again, training goes on exactly where it stopped. Adds ${format.bytes(bytes)}; other libraries do not look at it.`,
  mergedTitle: "Merged model",
  mergedWhat: (name: string) =>
    `The whole model with “${name}” in its weights, as a Hugging Face folder: no PEFT needed. Compare has it as “${name}, merged”.`,
  mergedLossy: {
    loaded:
      "The layers are in NF4: they are widened and the update is added in full precision, so that the merged model answers as this one does. What quantising rounded off stays lost; to merge into the exact weights, load the model without NF4 first.",
    stored:
      "The layers are quantised in their file: they are widened to f16 and the update is added. What quantising rounded off stays lost, and f16 rounds a little more.",
  },
  mergedZip: (bytes: number) => `A zip of about ${format.bytes(bytes)}, put together in the browser first.`,
  mergedFolder: (bytes: number) =>
    `About ${format.bytes(bytes)}, written straight into a folder that you choose.`,
  mergedButton: "Download merged model",
  merging: "Merging",
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
  python: "In Python",
  pythonCopy: "Copy the Python lines",
  file: "Adapter files",
  importTitle: "Load an adapter",
  drop: "Drop an adapter's folder or zip here, or click to choose",
  dropHint: "For the model in use, made here, by PEFT, or by the adapters library.",
  importing: "Reading the adapter…",
  needsModel: "Load the base model of the adapter first.",
};
