import type { Problem } from "../lib/problems/problem";
import type { AdapterSummary } from "../shared/adapter";
import type {
  DatasetSummary,
  LengthStats,
  ReadingOptions,
  SampleDataset,
  TemplateId,
  TokenView,
} from "../shared/data";
import type { ExportId, ExportOffer, ExportType, MadeExport } from "../shared/exports";
import type { FolderReader } from "../shared/folder-format";
import type { TrainingForecast, TrainingSpeed } from "../shared/forecast";
import type { ChatMessage, GenerationOptions, Side } from "../shared/generation";
import type { MethodChoice } from "../shared/methods";
import type { ModelCard, ModelSummary, Quantization } from "../shared/model";
import type { Row } from "../shared/rows";
import type { LearnFrom, RunConfig } from "../shared/training";
import type { HubCommands } from "./hub-commands";

/** Capabilities of the device. */
export interface Environment {
  /** Null without WebGPU; `gpuProblem` gives the reason. */
  readonly gpu: {
    /** Empty if the browser hides it. */
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
  /** Size of the exported adapter file. */
  readonly sizeBytes: number;
  /** GPU memory for training besides the model: adapter, gradients and AdamW moments. */
  readonly trainingBytes: number;
  /** Library that loads the exported adapter; null if the method cannot train. */
  readonly reader: FolderReader | null;
  /** Trained parameters by module. */
  readonly modules: readonly { readonly path: string; readonly parameters: number }[];
  /** Modules selected by target_modules. */
  readonly targets: readonly string[];
  /** Invalid fields by name; empty if the method can train. */
  readonly problems: Readonly<Record<string, Problem>>;
}

/** An unfinished run that can be resumed. */
export interface InterruptedRun {
  /** Id of its adapter; likewise the name. */
  readonly id: string;
  readonly name: string;
  /** Null if its dataset is missing: the run is kept but cannot be resumed. */
  readonly datasetName: string | null;
  /** Whether it is still training in another tab. */
  readonly isElsewhere: boolean;
  readonly step: number;
  readonly totalSteps: number;
  /** Time of the last checkpoint, in milliseconds since 1970. */
  readonly savedAt: number;
}

/** A stored object whose model no longer exists. */
export interface Orphan {
  readonly kind: "adapter" | "run" | "files";
  readonly id: string;
  /** Null if unknown. */
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
  /** Loss of a uniform prediction, if the final loss is no better; otherwise null. */
  readonly chanceLoss: number | null;
  readonly adapter: AdapterSummary;
}

/** A prompt for one side of the comparison. */
export interface Question {
  readonly side: Side;
  /** The adapter to use; null for the base model. */
  readonly adapterId: string | null;
  /** Whether to use a merged copy of the model instead of adding the adapter. */
  readonly merged: boolean;
  readonly messages: readonly ChatMessage[];
}

/** Options that determine the tokens of a dataset's rows. */
export interface EncodingArgs {
  readonly datasetId: string;
  readonly templateId: TemplateId;
  readonly maxLength: number;
  readonly learnFrom: LearnFrom;
}

/**
 * Commands from page to worker: name -> arguments and result. Commands that start a job (`./jobs.ts`) are rejected as
 * "busy" while a conflicting job runs. All can be cancelled.
 */
export interface Commands extends HubCommands {
  /** Capabilities of the device; the first call opens the GPU. */
  environment(): Environment;

  listDatasets(): readonly DatasetSummary[];
  listSamples(): readonly SampleDataset[];
  /**
   * Imports dropped, picked or pasted files (`text/plain`) as one dataset. A later import supersedes an earlier one.
   */
  importDataset(args: {
    files: readonly File[];
    name: string;
    reading?: ReadingOptions;
    /** The dataset to replace. */
    replaces?: string;
    /** The dataset that the new one validates. */
    validates?: string;
  }): DatasetSummary;
  importSample(args: { id: string; name: string }): DatasetSummary;
  deleteDataset(args: { id: string }): void;
  datasetRows(args: { id: string; offset: number; count: number }): readonly Row[];
  /**
   * Rows that a run with this split and seed holds out; for a sample dataset its held-out file; or those of a
   * validation dataset.
   */
  heldOutRows(args: {
    id: string;
    validationId: string | null;
    validationSplit: number;
    seed: number;
    count: number;
  }): readonly Row[];
  /** Tokens of one row; `row` is zero-based. */
  tokenView(args: EncodingArgs & { row: number }): TokenView;
  lengthStats(args: EncodingArgs): LengthStats;

  listModels(): readonly ModelCard[];
  /**
   * Loads a built-in or stored model, superseding an earlier load. The event `model` announces the change; on failure
   * the previous model stays in use.
   */
  loadModel(args: { id: string; quantization: Quantization | null }): ModelSummary;
  /**
   * Loads a model from files: a Hugging Face folder (config.json, tokenizer.json, *.safetensors …) with relative paths,
   * or a GGUF file.
   */
  loadModelFiles(args: {
    files: readonly File[];
    paths: readonly string[];
    quantization: Quantization | null;
  }): ModelSummary;
  /** Deletes a stored model; if it is loaded, it is also removed from the GPU. */
  deleteModel(args: { id: string }): void;
  /** Stored objects whose model no longer exists; kept until deleted explicitly. */
  listOrphans(): readonly Orphan[];
  deleteOrphan(args: Pick<Orphan, "kind" | "id">): void;

  planAdapter(args: { method: MethodChoice }): AdapterPlan;
  /** Estimates memory and time of a run without allocating anything. */
  forecastTraining(args: { config: RunConfig; budgetBytes: number }): TrainingForecast;
  /** Times a few steps on the real data and discards them. */
  measureTraining(args: RunConfig): TrainingSpeed;
  /**
   * Trains to completion or failure, reporting through `training`. If cancelled, resolves with the adapter trained so
   * far.
   */
  train(args: { config: RunConfig; name: string }): TrainingResult;
  /** Interrupted runs of the loaded model (page reload, lost GPU), newest first. */
  interruptedRuns(): readonly InterruptedRun[];
  /** Resumes a run exactly, with its original options. */
  resumeRun(args: { id: string }): TrainingResult;
  discardRun(args: { id: string }): void;
  pause(): void;
  resume(): void;

  /**
   * Answers the last message of each question in turn, streaming text through `answer`. If cancelled, ends the current
   * answer as "stopped" and skips the rest.
   */
  generate(args: {
    requestId: string;
    questions: readonly Question[];
    templateId: TemplateId;
    options: GenerationOptions;
  }): void;
  /** GPU memory needed for a merged copy besides the base; allocates nothing. */
  mergedBytes(args: { id: string }): number;
  /** Frees merged weights except those of these adapters. */
  keepMerged(args: { ids: readonly string[] }): void;

  /** Adapters of the loaded model, newest first; empty without a model. */
  listAdapters(): readonly AdapterSummary[];
  renameAdapter(args: { id: string; name: string }): void;
  deleteAdapter(args: { id: string }): void;
  /** Retries saving an adapter after a storage failure. */
  saveAdapter(args: { id: string }): void;
  /**
   * Export formats of an adapter, with sizes.
   *
   * @param args.templateId template for adapters without a run
   */
  listExports(args: { id: string; templateId: TemplateId }): readonly ExportOffer[];
  /** Exports an adapter, into a folder if given. */
  makeExport(args: {
    id: string;
    exportId: ExportId;
    type: ExportType | null;
    /** Whether to include the optimizer state in the adapter's folder. */
    withOptimizer: boolean;
    templateId: TemplateId;
    folder: FileSystemDirectoryHandle | null;
  }): MadeExport;
  /** Imports an adapter for the loaded model from a PEFT folder's files or a zip of them. */
  importAdapter(args: { files: readonly File[] }): AdapterSummary;
}

export type CommandName = keyof Commands;
export type CommandArgs<Name extends CommandName> = Parameters<Commands[Name]>;
export type CommandResult<Name extends CommandName> = ReturnType<Commands[Name]>;
