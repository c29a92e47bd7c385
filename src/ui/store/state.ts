import type { StateCreator } from "zustand/vanilla";
import type { Client } from "../../client/client";
import type { ErrorData } from "../../lib/errors";
import type { HubDatasetRequest } from "../../protocol/hub-commands";
import type { AdapterPlan, CommandArgs, Environment, TrainingResult } from "../../protocol/commands";
import type { AdapterSummary } from "../../shared/adapter";
import type { Events, TrainingStatus, UnsavedAdapter } from "../../protocol/events";
import type { RunningJob } from "../../protocol/jobs";
import type {
  DatasetEdit,
  DatasetSummary,
  LengthStats,
  ReadingOptions,
  SampleDataset,
  PromptTemplate,
  TemplateId,
} from "../../shared/data";
import type { ExportId, ExportOffer } from "../../shared/exports";
import type { FieldValue, FieldValues } from "../../shared/fields";
import type { FinishReason, Side } from "../../shared/generation";
import type { HubListing, UnfinishedDownload } from "../../shared/hub";
import type { MethodChoice, MethodId } from "../../shared/methods";
import type { ModelCard, ModelSummary, Quantization } from "../../shared/model";
import type { SampleAnswer } from "../../shared/run-history";
import type { RecommendedModel } from "../../shared/recommended-models";
import type { TimedProgress } from "../lib/progress";
import type { RunLog } from "../lib/run-log";
import type { RunSeries } from "../lib/run-series";

/** What actions work with beside the state. */
export interface Runtime {
  readonly client: Client;
  readonly series: RunSeries;
  readonly log: RunLog;
}

/** A job of the worker with how far it is. One that was asked for and not begun yet has a negative id. */
export interface ShownJob extends RunningJob {
  readonly progress: TimedProgress | null;
}

export interface JobsSlice {
  /**
   * The jobs that run in the worker, by its own account, and those that the page has just asked for: what is busy or
   * locked follows from them alone.
   */
  readonly jobs: readonly ShownJob[];
}

export interface EnvironmentSlice {
  readonly environment: Environment | null;
  /** Something broke outside of a command. */
  readonly fault: ErrorData | null;
  /** Whether the worker has stopped answering. */
  readonly stalled: boolean;
  /** The model under whose loading it did so: it is not loaded unasked again. */
  readonly hungModel: string | null;
  /** The settings that were set aside because an earlier start did not come to rest with them. */
  readonly setAside: Partial<StudioState> | null;
  /** Notes what the worker was at when it stopped answering, and forgets that when it answers again. */
  takeStall(stalled: boolean): void;
  /** Takes settings up again that were set aside. */
  takeUpSettings(): void;
  /** Asks the worker for everything and loads the last or first dataset and model. */
  start(): Promise<void>;
  refreshEnvironment(): Promise<void>;
  dismissFault(): void;
}

export interface RecoverySlice {
  /** What becomes of a lost GPU: the model is being loaded again, or was, or could not be. */
  readonly recovery: "under-way" | "done" | "failed" | null;
  /**
   * Opens the GPU again and loads the model that was lost with it, a few times at most; true when it is there. Calls
   * while one is under way share its outcome.
   */
  recover(): Promise<boolean>;
  dismissRecovery(): void;
}

/** Files that were read, or refused. */
export interface LastFiles {
  readonly files: readonly File[];
  readonly name: string;
  readonly reading: ReadingOptions;
  /** The dataset that came of them; null where they were refused. */
  readonly datasetId: string | null;
  /** The dataset for which they are a validation file. */
  readonly validates: string | null;
  /** Whether they are refused where they are here as a dataset already. */
  readonly refuseKnown: boolean;
}

/** Which rows of which dataset of a hub; "" for the usual config or split, null for all rows. */
export type HubDatasetForm = Pick<HubDatasetRequest, "repository" | "config" | "split" | "rows">;

export interface DataSlice {
  readonly datasets: readonly DatasetSummary[];
  readonly samples: readonly SampleDataset[];
  readonly dataLoaded: boolean;
  readonly datasetId: string | null;
  /** Dataset id -> the sample that it came from. */
  readonly sampleOf: Readonly<Record<string, string>>;
  /** Null follows the model: its own chat template where it has one. */
  readonly templateId: TemplateId | null;
  /** The Jinja that the person wrote; null where none was. */
  readonly templateSource: string | null;
  readonly dataProblem: ErrorData | null;
  /** The files of the last import, which can be read in another way as long as the page has them. */
  readonly lastFiles: LastFiles | null;
  readonly lengths: LengthStats | null;
  readonly lengthsProblem: ErrorData | null;
  /** Lists the datasets, and chooses one where the person does not: the last, the newest, or the first sample. */
  startData(): Promise<void>;
  chooseDataset(id: string): void;
  /** Reads files as one dataset. */
  importFiles(files: readonly File[], name: string): Promise<void>;
  /** Reads files on which the dataset in use is measured, in the place of those before. */
  importValidation(files: readonly File[], name: string): Promise<void>;
  /** Reads the last files anew in another way; what came of them before is replaced. */
  readAnew(reading: ReadingOptions): Promise<void>;
  /** Reads the last files though they are here as a dataset already. */
  importKnown(): Promise<void>;
  /** Fetches a dataset from the hub of the Model step's form, and reads it. */
  fetchDataset(wanted: HubDatasetForm): Promise<void>;
  cancelFetch(): void;
  importSample(id: string): Promise<void>;
  cancelImport(): void;
  deleteDataset(id: string): Promise<void>;
  /** Changes rows of a dataset; true when that is kept. */
  editRows(id: string, edit: DatasetEdit): Promise<boolean>;
  /** Saves the rows in use as JSON Lines. */
  exportRows(id: string): Promise<void>;
  chooseTemplate(id: TemplateId): void;
  /** Takes a template of the person's own into use. */
  editTemplate(source: string): void;
  refreshLengths(): Promise<void>;
  dismissDataProblem(): void;
}

export interface ModelSlice {
  readonly models: readonly ModelCard[];
  readonly modelsLoaded: boolean;
  /** The model in use, or the one that was: a reload begins with it. */
  readonly modelId: string | null;
  /** The model in use, by the worker's own account. */
  readonly model: ModelSummary | null;
  readonly modelProblem: ErrorData | null;
  /** How the next model is made smaller while it loads. */
  readonly quantization: Quantization | null;
  /** Whether the load that runs is one that nobody asked for. */
  readonly loadsUnasked: boolean;
  /** Lists the models, and loads the last or the built-in one where the person loads none. */
  startModel(): Promise<void>;
  /** Resolves when no model is on its way any more, not that of the start either. */
  modelSettled(): Promise<void>;
  /** Loads a model that went with the GPU, unless the person loads another; true when it is there again. */
  reloadModel(id: string): Promise<boolean>;
  /** Loads the model in use anew that way. */
  setQuantization(quantization: Quantization | null): Promise<void>;
  /** The model in use stays so until the worker has taken the new one, and when that fails. */
  loadModel(id: string): Promise<void>;
  loadModelFiles(files: readonly File[]): Promise<void>;
  cancelModel(): void;
  /** Shows the model that the worker took into use, or that there is none. */
  takeModel(model: Events["model"]): void;
  /** Deletes a kept model; one in use is taken out of use. */
  deleteModel(id: string): Promise<void>;
  dismissModelProblem(): void;
}

/** What the form of the hub holds. The access token is kept nowhere else on the page, and never saved by it. */
export interface HubForm {
  readonly hubRepository: string;
  readonly hubEndpoint: string;
  readonly hubToken: string;
  readonly hubRemember: boolean;
}

export interface HubSlice extends HubForm {
  readonly recommended: readonly RecommendedModel[];
  /** Whether the worker remembers a token for the endpoint in the form. */
  readonly tokenKept: boolean;
  /** What the repository in the form offers, when there is something to choose. */
  readonly hubListing: HubListing | null;
  readonly hubChoice: string | null;
  readonly hubProblem: ErrorData | null;
  readonly downloads: readonly UnfinishedDownload[];
  startHub(): Promise<void>;
  editHub(change: Partial<HubForm>): void;
  chooseWeights(choiceId: string): void;
  /** Looks the repository up and downloads it; stops in between when there is something to choose. */
  download(): Promise<void>;
  resumeDownload(id: string): Promise<void>;
  cancelDownload(): void;
  discardDownload(id: string): Promise<void>;
  forgetToken(): Promise<void>;
  dismissHubProblem(): void;
}

export interface MethodSlice {
  readonly methodId: MethodId;
  /** What the person changed in each method's form. */
  readonly methodEdits: Readonly<Partial<Record<MethodId, FieldValues>>>;
  readonly plan: AdapterPlan | null;
  readonly planBusy: boolean;
  readonly planProblem: ErrorData | null;
  chooseMethod(id: MethodId): void;
  editMethod(name: string, value: FieldValue): void;
  /** Takes a method with its options, as an adapter was made with. */
  takeMethod(method: MethodChoice): void;
  resetMethod(): void;
  refreshPlan(): Promise<void>;
}

export const PRESETS = ["quick", "balanced", "thorough"] as const;
export type PresetId = (typeof PRESETS)[number];

export type RunStatus = TrainingStatus | "idle";

/** The figures of the run panel. */
export interface RunFigures {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly validationLoss: number | null;
  readonly tokensPerSecond: number | null;
  readonly remainingMs: number | null;
  readonly gpuBytes: number | null;
}

export interface TrainSlice {
  readonly preset: PresetId;
  /** What the person changed in the training form since the preset. */
  readonly trainingEdits: FieldValues;
  readonly runStatus: RunStatus;
  readonly run: RunFigures;
  /** Under which the worker keeps the run at hand. */
  readonly runId: string | null;
  /** Counts up whenever the series or the log have grown. */
  readonly seriesVersion: number;
  readonly result: TrainingResult | null;
  readonly trainProblem: ErrorData | null;
  /** Of the run at hand, as they came. */
  readonly sampleAnswers: readonly SampleAnswer[];
  choosePreset(id: PresetId): void;
  editTraining(name: string, value: FieldValue): void;
  train(): Promise<void>;
  /** Shows the run that the worker has begun in place of the one before. */
  beginRun(): void;
  /** Goes on with a run that was cut off. */
  resumeRun(id: string): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): void;
  dismissTrainProblem(): void;
}

export interface Answer {
  readonly state: "waiting" | "streaming" | "done" | "failed";
  readonly text: string;
  readonly tokensPerSecond: number | null;
  readonly finish: FinishReason | null;
  readonly problem: ErrorData | null;
}

/** Who answers other than the base model alone: it with an adapter, beside its weights or merged into them. */
export interface Voice {
  readonly adapterId: string;
  readonly merged: boolean;
}

/** Who answers on each side; null for the base model alone. */
export type Voices = Readonly<Record<Side, Voice | null>>;

/** A question and both answers; `after` is null while there was no adapter. */
export interface Turn {
  readonly id: string;
  readonly question: string;
  /** Who was asked. */
  readonly voices: Voices;
  readonly before: Answer;
  readonly after: Answer | null;
}

export interface CompareSlice {
  readonly turns: readonly Turn[];
  /** Who is asked next. */
  readonly voices: Voices;
  readonly generationEdits: FieldValues;
  readonly markDifferences: boolean;
  send(question: string): Promise<void>;
  /** Asks an earlier question anew, in other words; the turns after it are dropped. */
  resend(turnId: string, question: string): Promise<void>;
  stopAnswers(): void;
  clearConversation(): void;
  growAnswer(answer: Events["answer"]): void;
  editGeneration(name: string, value: FieldValue): void;
  setMarkDifferences(on: boolean): void;
  chooseVoice(side: Side, voice: Voice | null): void;
}

/** What is chosen of an export. */
export type ExportWishes = Pick<CommandArgs<"makeExport">[0], "type" | "withOptimizer" | "folder">;

export interface AdaptersSlice {
  /** Those of the loaded model, the latest first. */
  readonly adapters: readonly AdapterSummary[];
  /** The adapter in use: what is exported, and what a run may go on from. */
  readonly adapterId: string | null;
  readonly lastExport: {
    readonly id: ExportId;
    readonly name: string;
    readonly sizeBytes: number;
  } | null;
  readonly exportProblem: ErrorData | null;
  /** Those of all models that are in memory alone. */
  readonly unsaved: readonly UnsavedAdapter[];
  /** Tries again to save one of those. */
  saveAdapter(id: string): Promise<void>;
  /** Takes the library as the worker lists it. */
  setAdapters(adapters: readonly AdapterSummary[]): void;
  /** Takes up a new adapter: in use, and on the right of the comparison. */
  addAdapter(adapter: AdapterSummary): void;
  chooseAdapter(id: string): void;
  renameAdapter(id: string, name: string): Promise<void>;
  deleteAdapter(id: string): Promise<void>;
  /** What an adapter can be taken along as. */
  listExports(id: string, template: PromptTemplate, signal: AbortSignal): Promise<readonly ExportOffer[]>;
  /** Makes an export of an adapter and saves it: into a folder where one is given, else as a download. */
  makeExport(id: string, exportId: ExportId, wishes?: Partial<ExportWishes>): Promise<void>;
  cancelExport(): void;
  importAdapter(files: readonly File[]): Promise<void>;
  dismissExportProblem(): void;
}

export interface SettingsSlice {
  readonly showHints: boolean;
  readonly keepAwake: boolean;
  readonly notifyWhenDone: boolean;
  setShowHints(on: boolean): void;
  setKeepAwake(on: boolean): void;
  setNotifyWhenDone(on: boolean): void;
}

export type StudioState = JobsSlice &
  EnvironmentSlice &
  RecoverySlice &
  DataSlice &
  ModelSlice &
  HubSlice &
  MethodSlice &
  TrainSlice &
  CompareSlice &
  AdaptersSlice &
  SettingsSlice;

/** A slice: built from the runtime, reading and writing the whole state. */
export type SliceCreator<Slice> = (
  runtime: Runtime,
) => StateCreator<StudioState, [["zustand/persist", unknown]], [], Slice>;
