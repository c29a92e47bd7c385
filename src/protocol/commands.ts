import type { Comparison } from "../shared/objectives";
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
import type {
  ExportId,
  ExportOffer,
  ExportType,
  MadeExport,
  OnnxTrial,
  TrainerExportId,
} from "../shared/exports";
import type { FolderReader } from "../shared/folder-format";
import type { TrainingForecast, TrainingSpeed } from "../shared/forecast";
import type { AnswerEnds, ChatMessage, GenerationOptions, TokenChance } from "../shared/generation";
import type { MethodChoice } from "../shared/methods";
import type { ModelCard, ModelSummary, Quantization } from "../shared/model";
import type { RateSearch } from "../shared/rate-search";
import type { Rating } from "../shared/ratings";
import type { Row } from "../shared/rows";
import type { Evaluation, EvaluationOptions, FileAnswers, ScoredSide } from "../shared/scores";
import type { EverydayLosses, ListedRun, RunDetails, RunLabel, RunSummary } from "../shared/run-record";
import type { LearnRule, RunConfig } from "../shared/training";
import type { HubCommands, Pushed, PushRequest } from "./hub-commands";
import type { LogLine } from "./log";

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
  /** The step after which `validationLoss` was measured; that of the best values if they were restored. */
  readonly validationStep: number | null;
  readonly elapsedMs: number;
  /** Loss of a uniform prediction, if the final loss is no better; otherwise null. */
  readonly chanceLoss: number | null;
  /** Measured after runs that were not stopped. */
  readonly everyday: EverydayLosses | null;
  readonly adapter: AdapterSummary;
}

/** A prompt for one column of the comparison. */
export interface Question {
  /** From 0, the leftmost. */
  readonly column: number;
  /** The adapter to use; null for the base model. */
  readonly adapterId: string | null;
  /** Whether to use a merged copy of the model instead of adding the adapter. */
  readonly merged: boolean;
  /** A dataset row that begins the conversation, rendered as in training; null for a free question. */
  readonly row: Row | null;
  /** The turns after a row's question, answer first; may be empty. */
  readonly messages: readonly ChatMessage[];
}

/** Rows to score: held-out ones, or those of files. */
export type RowsToScore =
  | { readonly kind: "held-out"; readonly validationId: string | null; readonly validationSplit: number }
  | { readonly kind: "files"; readonly files: readonly File[] };

export interface EvaluateArgs {
  readonly sides: readonly ScoredSide[];
  readonly rows: RowsToScore;
  /** How rows are rendered and split if no run determines it, and the dataset to check for leaks. */
  readonly encoding: EncodingArgs & { readonly seed: number };
  readonly options: EvaluationOptions;
  /** Whether to measure the built-in everyday questions too. */
  readonly everyday: boolean;
}

export interface AnswerFilesArgs {
  readonly files: readonly File[];
  readonly side: ScoredSide;
  /** For the base model, and for adapters without a run. */
  readonly template: PromptTemplate;
  readonly options: GenerationOptions;
  readonly ends: AnswerEnds;
  /** Used for prompts without their own system text; "" for none. */
  readonly system: string;
}

/** File formats of a run: all of it as JSON, its curves as CSV, a TensorBoard event file, or W&B's offline folder. */
export type RunExportFormat = "json" | "csv" | "tensorboard" | "wandb";

/** Options that determine the tokens of a dataset's rows. */
export interface EncodingArgs extends PromptTemplate, LearnRule {
  readonly datasetId: string;
  readonly maxLength: number;
  /** What an objective on preferences compares; absent or null if answers are learned. */
  readonly compares?: Comparison | null;
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
    /** Refuses files that have already been imported, with the code "data/same-file". */
    refuseKnown?: boolean;
  }): DatasetSummary;
  importSample(args: { id: string; name: string }): DatasetSummary;
  deleteDataset(args: { id: string }): void;
  /** Searches a dataset's rows, including those left out; `encoding` is for filters that need tokens. */
  findRows(args: {
    id: string;
    query: RowQuery;
    encoding: EncodingArgs | null;
    offset: number;
    count: number;
  }): { readonly total: number; readonly rows: readonly ListedRow[] };
  /** Edits rows; the edits are stored and survive a reload. */
  editRows(args: { id: string; edit: DatasetEdit }): DatasetSummary;
  /** Number of rows in use that duplicate an earlier one. */
  countDuplicates(args: { id: string; measure: DuplicateMeasure }): number;
  /** The rows in use as JSON Lines, in the format in which they were imported. */
  exportRows(args: { id: string }): Blob;
  /**
   * Rows that the run behind the adapter has not trained on, whatever the forms say; none if unknown. Without an
   * adapter, those that a run with this split and seed would hold out; for a sample dataset its held-out file; or those
   * of a validation dataset.
   */
  heldOutRows(args: {
    adapterId: string | null;
    id: string;
    validationId: string | null;
    validationSplit: number;
    seed: number;
    count: number;
  }): readonly Row[];
  /** Tokens of one row; `row` is zero-based. */
  tokenView(args: EncodingArgs & { row: number }): TokenView;
  lengthStats(args: EncodingArgs): LengthStats;
  /** The Jinja source of a template, and which of its tokens the loaded model's tokenizer has. */
  templateFacts(args: PromptTemplate): TemplateFacts;

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
  /** Trains with a rising learning rate and discards the result. */
  findLearningRate(args: RunConfig): RateSearch;
  /**
   * Trains to completion or failure, reporting through `training`. If cancelled, resolves with the adapter trained so
   * far.
   * @param args.again a run that was lost before anything of it was kept, which this one replaces
   */
  train(args: { config: RunConfig; name: string; again?: string }): TrainingResult;
  /** Interrupted runs of the loaded model (page reload, lost GPU), newest first. */
  interruptedRuns(): readonly InterruptedRun[];
  /**
   * Resumes an interrupted run exactly, with its original options; with `moreSteps`, lets a run that has ended go on for
   * so many steps from the state in which it ended.
   */
  resumeRun(args: { id: string; moreSteps?: number }): TrainingResult;
  discardRun(args: { id: string }): void;
  pause(): void;
  resume(): void;

  /**
   * Answers the last message of each question in turn, streaming text through `answer`. If cancelled, ends the current
   * answer as "stopped" and skips the rest. An adapter and the base model beside it are prompted with the adapter's
   * training template; `template` is the fallback.
   */
  generate(args: {
    requestId: string;
    questions: readonly Question[];
    template: PromptTemplate;
    options: GenerationOptions;
    ends: AnswerEnds;
  }): void;
  /**
   * Scores one or two sides on the same rows, and stores the result under the last side. If an adapter has a run, the
   * rows are held out by that run and rendered as in it.
   */
  evaluate(args: EvaluateArgs): Evaluation;
  /**
   * Answers the prompts of files in batches, rendered as in the adapter's run. If cancelled, returns the answers so
   * far.
   */
  answerFiles(args: AnswerFilesArgs): FileAnswers;
  /** Pauses or resumes `answerFiles`. */
  pauseAnswers(): void;
  resumeAnswers(): void;
  /** The latest scores of an adapter, or of the loaded base model (null); null if there are none. */
  keptEvaluation(args: { adapterId: string | null }): Evaluation | null;
  /** The tokens that {@link generate} sends for each question. */
  questionTokens(args: {
    questions: readonly Pick<Question, "adapterId" | "row" | "messages">[];
    template: PromptTemplate;
  }): readonly TokenView["tokens"][];
  /**
   * Probabilities of answers' tokens, and of the most likely tokens at each position: the model's own, before
   * temperature, penalties and rules. Runs as an "answer" job.
   */
  answerOdds(args: {
    questions: readonly Pick<Question, "adapterId" | "merged" | "row" | "messages">[];
    answers: readonly (readonly number[])[];
    template: PromptTemplate;
  }): readonly (readonly TokenChance[])[];
  /** All ratings of answers, earliest first. */
  listRatings(): readonly Rating[];
  /** Saves a rating, replacing an earlier one of the same question. */
  saveRating(args: { rating: Rating }): void;
  deleteRating(args: { id: string }): void;
  clearRatings(): void;
  /** Rows as JSON Lines. */
  rowsAsFile(args: { rows: readonly Row[] }): Blob;
  /** GPU memory needed for a merged copy besides the base; allocates nothing. */
  mergedBytes(args: { id: string }): number;
  /** Frees merged weights except those of these adapters. */
  keepMerged(args: { ids: readonly string[] }): void;

  /** Kept runs of all models, newest first. */
  listRuns(): readonly ListedRun[];
  /** A run with its curves, samples and log. */
  readRun(args: { id: string }): {
    readonly summary: RunSummary;
    readonly details: RunDetails<LogLine>;
  };
  /** A run as a file. */
  exportRun(args: { id: string; format: RunExportFormat }): { readonly name: string; readonly file: Blob };
  /** Renames, annotates, stars, deletes or restores a run. */
  editRun(args: { id: string; change: Partial<RunLabel> }): void;
  /** Removes deleted runs for good. Their adapters stay in the library. */
  tidyRuns(): void;

  /** Adapters of the loaded model, newest first; empty without a model. */
  listAdapters(): readonly AdapterSummary[];
  renameAdapter(args: { id: string; name: string }): void;
  deleteAdapter(args: { id: string }): void;
  /** Retries saving an adapter after a storage failure. */
  saveAdapter(args: { id: string }): void;
  /**
   * Export formats of an adapter, with sizes.
   *
   * @param args.template template for adapters without a run
   */
  listExports(args: { id: string; template: PromptTemplate }): readonly ExportOffer[];
  /** Exports an adapter, into a folder if given. */
  makeExport(args: {
    id: string;
    exportId: ExportId;
    type: ExportType | null;
    /** Whether to include the optimizer state in the adapter's folder. */
    withOptimizer: boolean;
    template: PromptTemplate;
    folder: FileSystemDirectoryHandle | null;
  }): MadeExport;
  /**
   * Answers a question with an adapter's ONNX export in onnxruntime-web, and compares its logits with the engine's.
   *
   * @param args.template template for adapters without a run
   */
  tryOnnx(args: {
    id: string;
    type: ExportType | null;
    template: PromptTemplate;
    question: string;
  }): OnnxTrial;
  /** Exports a run that has not begun for a trainer elsewhere, under the name of the adapter to be. */
  exportPlan(args: {
    config: RunConfig;
    name: string;
    exportId: TrainerExportId;
    folder: FileSystemDirectoryHandle | null;
  }): MadeExport;
  /** Publishes an adapter in a repository, which is created if it does not exist, as one commit. */
  pushToHub(args: PushRequest): Pushed;
  /** Imports an adapter for the loaded model from a PEFT folder's files or a zip of them. */
  importAdapter(args: { files: readonly File[] }): AdapterSummary;
}

export type CommandName = keyof Commands;
export type CommandArgs<Name extends CommandName> = Parameters<Commands[Name]>;
export type CommandResult<Name extends CommandName> = ReturnType<Commands[Name]>;
