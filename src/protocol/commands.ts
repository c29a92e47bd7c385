import type { Problem } from "../lib/problems/problem";
import type { AdapterSummary } from "../shared/adapter";
import type {
  DatasetEdit,
  DatasetSummary,
  DuplicateMeasure,
  LengthStats,
  ListedRow,
  ReadingOptions,
  RowQuery,
  SampleDataset,
  PromptTemplate,
  TemplateFacts,
  TokenView,
} from "../shared/data";
import type { ExportId, ExportOffer, ExportType, MadeExport } from "../shared/exports";
import type { FolderReader } from "../shared/folder-format";
import type { TrainingForecast, TrainingSpeed } from "../shared/forecast";
import type { ChatMessage, GenerationOptions, Side } from "../shared/generation";
import type { MethodChoice } from "../shared/methods";
import type { ModelCard, ModelSummary, Quantization } from "../shared/model";
import type { Row } from "../shared/rows";
import type { LearnRule, RunConfig } from "../shared/training";
import type { HubCommands } from "./hub-commands";

/** What the machine offers. */
export interface Environment {
  /** Null when there is no WebGPU here; `gpuProblem` then says why. */
  readonly gpu: {
    /** Empty where the browser tells none. */
    readonly name: string;
    readonly software: boolean;
    readonly features: readonly string[];
    readonly maxBufferBytes: number;
    readonly maxBindingBytes: number;
  } | null;
  readonly gpuProblem: Problem | null;
  readonly storage: { readonly usedBytes: number; readonly quotaBytes: number } | null;
}

/** What a method would train on the loaded model. */
export interface AdapterPlan {
  readonly trainableParameters: number;
  readonly totalParameters: number;
  /** Bytes of the exported adapter file. */
  readonly sizeBytes: number;
  /** GPU bytes beside the model's own while it trains: the adapter, its gradients and AdamW's moments. */
  readonly trainingBytes: number;
  /** What loads the exported adapter; null where nothing can train. */
  readonly reader: FolderReader | null;
  /** What trains, by the module that it belongs to. */
  readonly modules: readonly { readonly path: string; readonly parameters: number }[];
  /** Paths of the modules that target_modules chooses. */
  readonly targets: readonly string[];
  /** Field name -> why its value cannot be used. Empty when the method can train. */
  readonly problems: Readonly<Record<string, Problem>>;
}

/** A run that did not come to its end and can go on. */
export interface InterruptedRun {
  /** Of the adapter that it makes, as its name is. */
  readonly id: string;
  readonly name: string;
  /** Null where its dataset cannot be found: it cannot go on, and is kept. */
  readonly datasetName: string | null;
  /** Whether it is not cut off at all: it trains in another tab. */
  readonly isElsewhere: boolean;
  readonly step: number;
  readonly totalSteps: number;
  /** When it was last kept: milliseconds since 1970. */
  readonly savedAt: number;
}

/** Something kept that belongs to no model that is there. */
export interface Orphan {
  readonly kind: "adapter" | "run" | "files";
  readonly id: string;
  /** Null where none is known. */
  readonly name: string | null;
  readonly savedAt: number | null;
  readonly sizeBytes: number;
}

export interface TrainingResult {
  readonly status: "done" | "stopped";
  readonly steps: number;
  readonly finalLoss: number | null;
  readonly validationLoss: number | null;
  readonly elapsedMs: number;
  /** The loss of guessing every token evenly, where the run ended no better: it has learned nothing. Else null. */
  readonly chanceLoss: number | null;
  readonly adapter: AdapterSummary;
}

/** What one side is asked. */
export interface Question {
  readonly side: Side;
  /** The adapter that answers, or null for the base model alone. */
  readonly adapterId: string | null;
  /** Whether the adapter answers from the model's own weights, into a copy of which it is then merged. */
  readonly merged: boolean;
  readonly messages: readonly ChatMessage[];
}

/** What decides how a dataset's rows become tokens. */
export interface EncodingArgs extends PromptTemplate, LearnRule {
  readonly datasetId: string;
  readonly maxLength: number;
}

/**
 * Commands of the page to the worker: name -> arguments and result. Those that start a job (`./jobs.ts`) are refused
 * with the error "busy" while a running job excludes theirs. Any can be cancelled.
 */
export interface Commands extends HubCommands {
  /** What the machine is; first call opens the GPU. */
  environment(): Environment;

  listDatasets(): readonly DatasetSummary[];
  listSamples(): readonly SampleDataset[];
  /**
   * Reads dropped, picked or pasted (`text/plain` File) files as one dataset. A later import takes the place of an
   * earlier.
   */
  importDataset(args: {
    files: readonly File[];
    name: string;
    reading?: ReadingOptions;
    /** The dataset whose place the new one takes. */
    replaces?: string;
    /** The dataset for which it is a validation file. */
    validates?: string;
    /** Refuses files that are here as a dataset already, with the code "data/same-file". */
    refuseKnown?: boolean;
  }): DatasetSummary;
  importSample(args: { id: string }): DatasetSummary;
  deleteDataset(args: { id: string }): void;
  /** Rows of a dataset that are looked for, those left out too; `encoding` is for the filters that need tokens. */
  findRows(args: {
    id: string;
    query: RowQuery;
    encoding: EncodingArgs | null;
    offset: number;
    count: number;
  }): { readonly total: number; readonly rows: readonly ListedRow[] };
  /** Changes rows; the change is kept beside them and survives a reload. */
  editRows(args: { id: string; edit: DatasetEdit }): DatasetSummary;
  /** How many rows in use are like an earlier one. */
  countDuplicates(args: { id: string; measure: DuplicateMeasure }): number;
  /** The rows in use as JSON Lines, in the form in which they came. */
  exportRows(args: { id: string }): Blob;
  /**
   * Rows that a run with this split and seed keeps out of training; of a sample dataset, its held-out file; or those of a
   * validation file.
   */
  heldOutRows(args: {
    id: string;
    validationId: string | null;
    validationSplit: number;
    seed: number;
    count: number;
  }): readonly Row[];
  /** Tokens of one row; `row` counts from 0. */
  tokenView(args: EncodingArgs & { row: number }): TokenView;
  lengthStats(args: EncodingArgs): LengthStats;
  /** The source of a template, and what the loaded model's tokenizer makes of its tokens. */
  templateFacts(args: PromptTemplate): TemplateFacts;

  listModels(): readonly ModelCard[];
  /**
   * Loads a built-in model, or one whose files were kept, in place of an earlier load. The event `model` tells that it is
   * in use; where loading fails the one before it still is.
   */
  loadModel(args: { id: string; quantization: Quantization | null }): ModelSummary;
  /**
   * Loads a Hugging Face folder's files (config.json, tokenizer.json, *.safetensors …), each with its path in there, or a
   * GGUF file.
   */
  loadModelFiles(args: {
    files: readonly File[];
    paths: readonly string[];
    quantization: Quantization | null;
  }): ModelSummary;
  /** Deletes a kept model from this machine; in use, it is taken off the GPU too. */
  deleteModel(args: { id: string }): void;
  /** What lies in storage and belongs to no model that is there; it stays until it is deleted by name. */
  listOrphans(): readonly Orphan[];
  deleteOrphan(args: Pick<Orphan, "kind" | "id">): void;

  planAdapter(args: { method: MethodChoice }): AdapterPlan;
  /** What a run would take; allocates nothing. */
  forecastTraining(args: { config: RunConfig; budgetBytes: number }): TrainingForecast;
  /** Times a few steps on the real data and throws them away. */
  measureTraining(args: RunConfig): TrainingSpeed;
  /** Runs to the end, or to an error; `training` tells how far. Cancelled, it results in what was learned so far. */
  train(args: RunConfig): TrainingResult;
  /** The loaded model's runs that a reload or a lost GPU cut off, the latest first. */
  interruptedRuns(): readonly InterruptedRun[];
  /** Goes on with one exactly, under the options that it began with. */
  resumeRun(args: { id: string }): TrainingResult;
  discardRun(args: { id: string }): void;
  pause(): void;
  resume(): void;

  /**
   * Answers the last message of each question, one after the other; `answer` carries the texts as they grow. Cancelled,
   * it ends the answer that grows as "stopped" and asks no further side. An adapter is asked by the template that it was
   * trained with, and the base model beside it too; `template` is for the others.
   */
  generate(args: {
    requestId: string;
    questions: readonly Question[];
    template: PromptTemplate;
    options: GenerationOptions;
  }): void;
  /** GPU bytes that answers of the merged model take beside the base; allocates nothing. */
  mergedBytes(args: { id: string }): number;
  /** Frees the merged weights of all adapters but these. */
  keepMerged(args: { ids: readonly string[] }): void;

  /** The adapters of the loaded model, the latest first; none while no model is loaded. */
  listAdapters(): readonly AdapterSummary[];
  renameAdapter(args: { id: string; name: string }): void;
  deleteAdapter(args: { id: string }): void;
  /** Tries again to save an adapter that storage would not take. */
  saveAdapter(args: { id: string }): void;
  /**
   * What an adapter can be taken along as, with sizes.
   *
   * @param args.template how an adapter is asked that came without a run
   */
  listExports(args: { id: string; template: PromptTemplate }): readonly ExportOffer[];
  /** Makes an export of an adapter; into a folder where one is given. */
  makeExport(args: {
    id: string;
    exportId: ExportId;
    type: ExportType | null;
    /** Whether the adapter's folder holds the optimizer's state too. */
    withOptimizer: boolean;
    template: PromptTemplate;
    folder: FileSystemDirectoryHandle | null;
  }): MadeExport;
  /** Reads a PEFT folder's files or a zip of them as a new adapter of the loaded model. */
  importAdapter(args: { files: readonly File[] }): AdapterSummary;
}

export type CommandName = keyof Commands;
export type CommandArgs<Name extends CommandName> = Parameters<Commands[Name]>;
export type CommandResult<Name extends CommandName> = ReturnType<Commands[Name]>;
