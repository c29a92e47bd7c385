import type { SmallerRun, WorkerProblems } from "../../../../lib/problems/worker-problems";
import { METHOD_IDS } from "../../../../shared/methods";
import { format } from "../format";
import { methods } from "../methods";
import { objectives } from "../objectives";
import { trainingOptions } from "../options";
import type { ProblemTexts } from "./words";

/** A method's title by id; adapters saved by a later version may have an unknown method. */
function methodTitle(id: string): string {
  const known = METHOD_IDS.find((method) => method === id);
  return known ? methods[known].title : id;
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}

/** "set Batch size to 2 and Gradient accumulation to 4 (1.2 GB)" */
function change({ quantised, gradientCheckpointing, totalBytes, ...numbers }: SmallerRun): string {
  if (quantised) return `load the model in NF4 (${gigabytes(totalBytes)})`;
  const parts = gradientCheckpointing ? [`turn on ${trainingOptions.gradientCheckpointing.label}`] : [];
  const names = ["batchSize", "gradientAccumulation", "maxLength"] as const;
  const settings = names.flatMap((name) => {
    const value = numbers[name];
    return value === undefined ? [] : [`${trainingOptions[name].label} to ${value}`];
  });
  if (settings.length > 0) parts.push(`set ${settings.join(" and ")}`);
  return `${parts.join(" and ")} (${gigabytes(totalBytes)})`;
}

function suggestions(changes: readonly SmallerRun[]): string {
  if (changes.length === 0) return "Close other tabs that use the GPU, or choose a smaller model.";
  const ways = changes.map(change).join(", or ");
  return `${ways.charAt(0).toUpperCase()}${ways.slice(1)}. Closing other tabs that use the GPU may help too.`;
}

export const workerProblems: ProblemTexts<WorkerProblems> = {
  "model/not-loaded": () => ({ what: "No model is loaded.", advice: "Choose a base model first." }),
  "model/choice-gone": ({ repository, choice }) => ({
    what: `${repository} no longer offers ${choice}.`,
    advice: "Look the repository up again.",
  }),
  "model/unknown-token": ({ token, id, vocabularySize }) => ({
    what: `The tokenizer writes "${token}" as token ${id}, but the model has only ${vocabularySize} tokens.`,
    advice:
      "Check that tokenizer.json belongs to this model; added tokens need a model that was resized for them.",
  }),
  "data/no-sample": ({ id }) => ({
    what: `There is no sample dataset ${id}.`,
    advice: "Choose one from the list.",
  }),
  "file/not-installed": ({ path, status }) => ({
    what: `The studio's own file ${path} could not be read (status ${status}).`,
    advice: "Reload the page; if it happens again, the studio was not installed completely on this server.",
  }),
  "file/not-written": ({ path, reason }) => ({
    what: `The browser could not write ${path}: ${reason.replace(/\.$/, "")}.`,
    advice: "Check that the folder is writable and the disk has space.",
  }),
  "config/no-room-for-text": ({ positionsLeft, positions }) => ({
    what: `The virtual tokens leave ${positionsLeft} of the model's ${positions} positions for text.`,
    advice: "Choose fewer virtual tokens.",
  }),
  "config/other-parameters": ({ adapter }) => ({
    what: `The chosen options train different parameters than “${adapter}” has.`,
    advice: `Choose the method and options it was trained with, or turn off “${trainingOptions.continueAdapter.label}”.`,
  }),
  "config/labels-need-batch": () => ({
    what: `${objectives.titles.kto.title} compares each answer with others of its batch, so one row is not enough.`,
    advice: `Set “${trainingOptions.batchSize.label}” to 2 or more.`,
  }),
  "config/preferences-without-selection": ({ method }) => ({
    what: `${methodTitle(method)} chooses its weights by how well single answers are learned, which preferences do not tell.`,
    advice: "Choose “Answers”, or another method.",
  }),
  "config/no-such-run": () => ({
    what: "This run no longer exists.",
    advice: "It may have been deleted in another tab; choose another one.",
  }),
  "config/no-run-to-extend": () => ({
    what: "The state in which this run ended is not kept.",
    advice: "Go on from its adapter instead, under Runs.",
  }),
  "config/no-run-to-resume": () => ({
    what: "There is no run to resume.",
    advice: "Start a new one with Train.",
  }),
  "config/adapter-not-of-model": ({ option }) => ({
    what: "A chosen adapter does not belong to the loaded model.",
    advice: `Choose others under ${option}.`,
  }),
  "config/adapter-of-other-method": ({ option, adapter, method, allowed }) => ({
    what: `“${adapter}” uses the method ${methodTitle(method)}; allowed here: ${format.either(allowed.map(methodTitle))}.`,
    advice: `Choose others under ${option}.`,
  }),
  "adapter/no-name": () => ({
    what: "An adapter needs a name.",
    advice: "Enter one, or keep the old one.",
  }),
  "adapter/not-kept": () => ({
    what: "This adapter no longer exists.",
    advice: "Choose another one, or load its files under Export.",
  }),
  "adapter/foreign-optimizer": ({ file, method }) => ({
    what: `${file} belongs to another adapter, trained with ${methodTitle(method)}.`,
    advice: "Take that file out of the folder or zip, or choose the adapter that it came with.",
  }),
  "out-of-memory/run": ({ totalBytes, changes }) => ({
    what: `The GPU does not have enough memory for this run, which needs ${gigabytes(totalBytes)}.`,
    advice: suggestions(changes),
  }),
  "device-lost/run-ending": () => ({
    what: "The GPU was lost as training ended.",
    advice: "Train again.",
  }),
  "device-lost/worker-stopped": ({ reason }) => ({
    what: `The studio's worker has stopped${reason === null ? "" : ` (${reason})`}.`,
    advice: "Reload the page; your datasets and settings are kept.",
  }),
};
