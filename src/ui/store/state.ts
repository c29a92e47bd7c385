import type { StateCreator } from "zustand/vanilla";
import type { Client } from "../../client/client";
import type { WaitingVersion } from "../../client/service-worker";
import type { ErrorData } from "../../lib/errors";
import type { HubDatasetRequest, Pushed } from "../../protocol/hub-commands";
import type {
  AdapterPlan,
  CommandArgs,
  Environment,
  InterruptedRun,
  RunExportFormat,
  TrainingResult,
} from "../../protocol/commands";
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
  SampleId,
  TemplateId,
} from "../../shared/data";
import type { ExportId, ExportOffer, ExportType, OnnxTrial, TrainerExportId } from "../../shared/exports";
import type { FieldValue, FieldValues } from "../../shared/fields";
import type { FinishReason } from "../../shared/generation";
import type { HubListing, UnfinishedDownload } from "../../shared/hub";
import type { MethodChoice, MethodId } from "../../shared/methods";
import type { ModelCard, ModelSummary, Quantization } from "../../shared/model";
import type { Evaluation, FileAnswers } from "../../shared/scores";
import type { Goal, ObjectiveId } from "../../shared/objectives";
import type { Rating, Thumb } from "../../shared/ratings";
import type { Row } from "../../shared/rows";
import type { PresetId } from "../../shared/presets";
import type { ListedRun, RunLabel } from "../../shared/run-record";
import type { SampleAnswer } from "../../shared/run-history";
import type { SweepAxis } from "../../shared/sweep";
import type { RunConfig } from "../../shared/training";
import type { RecommendedModel } from "../../shared/recommended-models";
import type { TimedProgress } from "../lib/progress";
import type { RunLog } from "../lib/run-log";
import type { RunSeries } from "../lib/run-series";
import type { Text } from "../text/text";
import type { StepId } from "./steps";

/** Dependencies of the actions, in addition to the state. */
export interface Runtime {
  readonly client: Client;
  readonly series: RunSeries;
  readonly log: RunLog;
  /** The current language, for names that the page gives to new adapters and sample datasets. */
  text: Text;
}

/** A worker job with its progress. Requested jobs that have not started yet have negative ids. */
export interface ShownJob extends RunningJob {
  readonly progress: TimedProgress | null;
}

export interface JobsSlice {
  /**
   * The jobs running in the worker, as it reports them, and those just requested by the page. What is busy or locked is
   * derived from them alone.
   */
  readonly jobs: readonly ShownJob[];
}

export interface EnvironmentSlice {
  readonly environment: Environment | null;
  /** A failure outside of a command. */
  readonly fault: ErrorData | null;
  /** Whether the worker has stopped responding. */
  readonly stalled: boolean;
  /** The model that was being loaded when the worker stopped responding; it is no longer loaded automatically. */
  readonly hungModel: string | null;
  /** Settings set aside because an earlier start with them never finished. */
  readonly setAside: Partial<StudioState> | null;
  /** Whether a newer version of the studio is open in another tab. */
  readonly outdated: boolean;
  /** A newer version that is installed and waits to be asked. */
  readonly waitingVersion: WaitingVersion | null;
  /** Records what the worker was doing when it stopped responding, and clears that when it responds again. */
  recordStall(stalled: boolean): void;
  /** Restores the settings that were set aside. */
  restoreSettings(): void;
  /** Loads everything from the worker, including the last or first dataset and model. */
  start(): Promise<void>;
  refreshEnvironment(): Promise<void>;
  dismissFault(): void;
}

export interface RecoverySlice {
  /** The state of the recovery from a lost GPU, or null if there was none. */
  readonly recovery: "under-way" | "done" | "failed" | null;
  /**
   * Reopens the GPU and reloads the lost model, a few times at most; resolves to whether it is loaded. Concurrent calls
   * share one recovery.
   */
  recover(): Promise<boolean>;
  dismissRecovery(): void;
}

/** Files that were imported or rejected. */
export interface LastFiles {
  readonly files: readonly File[];
  readonly name: string;
  readonly reading: ReadingOptions;
  /** The resulting dataset; null if they were rejected. */
  readonly datasetId: string | null;
  /** The dataset they are a validation file of. */
  readonly validates: string | null;
  /** Whether files are refused if they have already been imported. */
  readonly refuseKnown: boolean;
}

/** Part of a hub dataset to import; "" for the default config or split, null for all rows. */
export type HubDatasetForm = Pick<HubDatasetRequest, "repository" | "config" | "split" | "rows">;

export interface DataSlice {
  readonly datasets: readonly DatasetSummary[];
  readonly samples: readonly SampleDataset[];
  readonly dataLoaded: boolean;
  readonly datasetId: string | null;
  /** Sample id by dataset id. */
  readonly sampleOf: Readonly<Record<string, string>>;
  /** Null: the model's own chat template if it has one. */
  readonly templateId: TemplateId | null;
  /** Source of the user's template; null if there is none. */
  readonly templateSource: string | null;
  readonly dataProblem: ErrorData | null;
  /** The files of the last import, which can be reread with other settings until the page is closed. */
  readonly lastFiles: LastFiles | null;
  readonly lengths: LengthStats | null;
  readonly lengthsProblem: ErrorData | null;
  /** Lists the datasets, and selects one unless the user does: the last, the newest, or the first sample. */
  startData(): Promise<void>;
  chooseDataset(id: string): void;
  /** Imports files as one dataset. */
  importFiles(files: readonly File[], name: string): Promise<void>;
  /** Imports files as the validation file of the dataset in use, replacing any earlier one. */
  importValidation(files: readonly File[], name: string): Promise<void>;
  /** Rereads the last files with other settings, replacing the earlier result. */
  reread(reading: ReadingOptions): Promise<void>;
  /** Imports the last files even though they have already been imported. */
  importKnown(): Promise<void>;
  /** Downloads a dataset from the hub in the Model step's form, and imports it. */
  fetchDataset(wanted: HubDatasetForm): Promise<void>;
  cancelFetch(): void;
  importSample(id: SampleId): Promise<void>;
  cancelImport(): void;
  deleteDataset(id: string): Promise<void>;
  /** Edits rows; returns true if the edits were saved. */
  editRows(id: string, edit: DatasetEdit): Promise<boolean>;
  /** Saves the rows in use as JSON Lines. */
  exportRows(id: string): Promise<void>;
  chooseTemplate(id: TemplateId): void;
  /** Switches to a template written by the user. */
  editTemplate(source: string): void;
  refreshLengths(): Promise<void>;
  dismissDataProblem(): void;
}

export interface ModelSlice {
  readonly models: readonly ModelCard[];
  readonly modelsLoaded: boolean;
  /** The loaded model, or the last one; loaded again after a reload of the page. */
  readonly modelId: string | null;
  /** The loaded model, as reported by the worker. */
  readonly model: ModelSummary | null;
  readonly modelProblem: ErrorData | null;
  /** Quantization of the next model to be loaded. */
  readonly quantization: Quantization | null;
  /** Whether the running load was started automatically. */
  readonly loadsAutomatically: boolean;
  /** Lists the models, and loads the last or the built-in one unless the user loads another. */
  startModel(): Promise<void>;
  /** Resolves when no model is being loaded, including at start. */
  modelSettled(): Promise<void>;
  /** Reloads the model that was lost with the GPU, unless the user loads another; resolves to whether it is loaded. */
  reloadModel(id: string): Promise<boolean>;
  /** Sets the quantization and reloads the model with it. */
  setQuantization(quantization: Quantization | null): Promise<void>;
  /** Loads a model. The current one stays in use until the worker has loaded the new one, or if that fails. */
  loadModel(id: string): Promise<void>;
  loadModelFiles(files: readonly File[]): Promise<void>;
  cancelModel(): void;
  /** Shows the model reported by the worker, or that there is none. */
  takeModel(model: Events["model"]): void;
  /** Deletes a stored model, unloading it if it is in use. */
  deleteModel(id: string): Promise<void>;
  dismissModelProblem(): void;
}

/** The hub's form. The page keeps the access token nowhere else and never stores it. */
export interface HubForm {
  readonly hubRepository: string;
  readonly hubEndpoint: string;
  readonly hubToken: string;
  readonly hubRemember: boolean;
}

export interface HubSlice extends HubForm {
  readonly recommended: readonly RecommendedModel[];
  /** Whether the worker has stored a token for the endpoint in the form. */
  readonly tokenKept: boolean;
  /** The variants in the form's repository, if there is a choice. */
  readonly hubListing: HubListing | null;
  readonly hubChoice: string | null;
  readonly hubProblem: ErrorData | null;
  readonly downloads: readonly UnfinishedDownload[];
  startHub(): Promise<void>;
  editHub(change: Partial<HubForm>): void;
  chooseWeights(choiceId: string): void;
  /** Looks up the repository and downloads it, pausing if there is a choice to make. */
  download(): Promise<void>;
  resumeDownload(id: string): Promise<void>;
  cancelDownload(): void;
  discardDownload(id: string): Promise<void>;
  forgetToken(): Promise<void>;
  /** Asks the worker whether it has a token for the form's endpoint. */
  refreshTokenKept(): Promise<void>;
  dismissHubProblem(): void;
}

export interface MethodSlice {
  readonly methodId: MethodId;
  /** Edits of each method's form. */
  readonly methodEdits: Readonly<Partial<Record<MethodId, FieldValues>>>;
  /** The user's goal, if the dataset allows several; null selects the dataset's default. */
  readonly goalChoice: Goal | null;
  /** The objective of runs that learn preferences. */
  readonly objectiveId: ObjectiveId;
  /** Edits of each objective's form. */
  readonly objectiveEdits: Readonly<Partial<Record<ObjectiveId, FieldValues>>>;
  readonly plan: AdapterPlan | null;
  readonly planBusy: boolean;
  readonly planProblem: ErrorData | null;
  chooseGoal(goal: Goal): void;
  chooseObjective(id: ObjectiveId): void;
  editObjective(name: string, value: FieldValue): void;
  chooseMethod(id: MethodId): void;
  editMethod(name: string, value: FieldValue): void;
  /** Selects a method with its options, as stored with an adapter. */
  applyMethod(method: MethodChoice): void;
  resetMethod(): void;
  refreshPlan(): Promise<void>;
}

export type RunStatus = TrainingStatus | "idle";

/** Figures of the run panel. */
export interface RunFigures {
  readonly step: number;
  readonly totalSteps: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly validationLoss: number | null;
  /** Preference accuracy of the last step and validation; null unless preferences are learned. */
  readonly accuracy: number | null;
  readonly validationAccuracy: number | null;
  /** The step after which `validationLoss` was measured. */
  readonly validationStep: number | null;
  readonly tokensPerSecond: number | null;
  readonly remainingMs: number | null;
  readonly gpuBytes: number | null;
}

export interface TrainSlice {
  readonly preset: PresetId;
  /** Tokens per second of training, as measured by hand on this machine; null if it was not. */
  readonly measuredSpeed: { readonly modelId: string; readonly tokensPerSecond: number } | null;
  /** Edits of the training form since the preset was chosen. */
  readonly trainingEdits: FieldValues;
  /** The dataset to mix into the training rows. */
  readonly mixDatasetId: string | null;
  readonly runStatus: RunStatus;
  readonly run: RunFigures;
  /** The worker's id of the current run. */
  readonly runId: string | null;
  /** Incremented whenever the series or the log have grown. */
  readonly seriesVersion: number;
  readonly result: TrainingResult | null;
  readonly trainProblem: ErrorData | null;
  /** Sample answers of the current run, in order. */
  readonly sampleAnswers: readonly SampleAnswer[];
  choosePreset(id: PresetId): void;
  editTraining(name: string, value: FieldValue): void;
  chooseMixed(datasetId: string | null): void;
  train(): Promise<void>;
  /** Trains with a configuration that is not the form's; resolves to how it ended. */
  trainWith(config: RunConfig, name: string): Promise<"done" | "stopped" | "failed">;
  /** Trains the adapter in use further, with its own method and the form's training options. */
  trainFurther(): Promise<void>;
  /** Replaces the displayed run with one that the worker has started. */
  beginRun(): void;
  /** Resumes an interrupted run, or lets an ended one go on for more steps. */
  resumeRun(id: string, moreSteps?: number): Promise<void>;
  setMeasuredSpeed(speed: TrainSlice["measuredSpeed"]): void;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): void;
  dismissTrainProblem(): void;
}

/** Short runs over combinations of settings. */
export interface SweepSlice {
  /** The sweep in progress: the runs of it that are done, and those in all. */
  readonly sweep: { readonly id: string; readonly done: number; readonly total: number } | null;
  /** Trains every combination of the axes' values for so many steps, one after the other. */
  startSweep(axes: readonly SweepAxis[], steps: number): Promise<void>;
  /** Stops the run in progress and drops those that have not begun. */
  stopSweep(): void;
  /** Fills the forms with what a run of a sweep tried. */
  takeSweep(run: ListedRun): void;
}

export interface RunsSlice {
  /** Kept runs of all models, newest first. */
  readonly runs: readonly ListedRun[];
  /** The loaded model's runs that were cut off, latest first. */
  readonly interrupted: readonly InterruptedRun[];
  readonly runsProblem: ErrorData | null;
  /** Purges earlier deletions, lists the runs, and shows the latest one. */
  startRuns(): Promise<void>;
  refreshRuns(): Promise<void>;
  setInterrupted(runs: readonly InterruptedRun[]): void;
  /** Discards the checkpoint of an interrupted run, once it can no longer be undone. */
  discardRun(id: string): void;
  editRun(id: string, change: Partial<RunLabel>): Promise<void>;
  /** Deletes runs, which can be undone. */
  deleteRuns(ids: readonly string[]): Promise<void>;
  /** Shows the curves and figures of a kept run in the panel, unless a run is active. */
  showRun(id: string): Promise<void>;
  /** Downloads a run as a file. */
  exportRun(id: string, format: RunExportFormat): Promise<void>;
  /** Fills the forms with a run's data, model, template, method and options, as far as they are still available. */
  takeRunSettings(run: ListedRun): Promise<void>;
  /** Prepares a run that continues from a run's adapter. */
  continueRun(run: ListedRun): Promise<void>;
}

export interface Answer {
  readonly state: "waiting" | "streaming" | "done" | "failed";
  readonly text: string;
  /** Its tokens, once it has ended. */
  readonly ids: readonly number[];
  readonly tokensPerSecond: number | null;
  readonly finish: FinishReason | null;
  readonly problem: ErrorData | null;
}

/** The answering model: the base model, or an adapter, applied or merged. */
export interface Voice {
  readonly adapterId: string;
  readonly merged: boolean;
}

/** The voices of the columns, from the left; null for the base model. There are two or more. */
export type Voices = readonly (Voice | null)[];

/** A voice's answer. */
export interface VoicedAnswer {
  readonly voice: Voice | null;
  readonly answer: Answer;
}

/** A question and the answers of the voices that were asked. */
export interface Turn {
  readonly id: string;
  readonly question: string;
  /** The dataset row that was asked as training rendered it; null for a free question. */
  readonly row: Row | null;
  /** The system text sent, "" for none; rows have their own. */
  readonly system: string;
  /** Number of regenerations; added to the seed. */
  readonly attempt: number;
  /** Random display order until the best answer is chosen blind; null if names are shown. */
  readonly blindOrder: readonly number[] | null;
  /** By column at the time of asking. */
  readonly answers: readonly VoicedAnswer[];
}

export interface CompareSlice {
  readonly turns: readonly Turn[];
  /** The voices for the next question. */
  readonly voices: Voices;
  /** The adapter of a paused run, which can answer questions meanwhile. */
  readonly lentAdapter: AdapterSummary | null;
  readonly generationEdits: FieldValues;
  readonly systemPrompt: string;
  /** Stop sequences as typed, one per line. */
  readonly stopText: string;
  /** Whether to end answers that repeat themselves. */
  readonly endLoops: boolean;
  readonly markDifferences: boolean;
  /** Whether to show the token probabilities of the last answers. */
  readonly showOdds: boolean;
  send(question: string): Promise<void>;
  /** Asks a dataset row alone, without earlier turns, as training rendered it. */
  sendRow(row: Row): Promise<void>;
  /** Asks an earlier question again with a new wording; later turns are dropped. */
  resend(turnId: string, question: string): Promise<void>;
  /** Regenerates the answers to a question with the next seed; later turns are dropped. */
  regenerate(turnId: string): Promise<void>;
  stopAnswers(): void;
  clearConversation(): void;
  growAnswer(answer: Events["answer"]): void;
  editGeneration(name: string, value: FieldValue): void;
  editAsking(part: Partial<Pick<CompareSlice, "systemPrompt" | "stopText" | "endLoops">>): void;
  setMarkDifferences(on: boolean): void;
  setShowOdds(on: boolean): void;
  /** Adds the adapter of a paused run to the comparison, or removes it. */
  takeLent(adapter: AdapterSummary | null): void;
  chooseVoice(column: number, voice: Voice | null): void;
  /** Adds a column for a voice that has none. */
  addColumn(): void;
  removeColumn(column: number): void;
}

/** Where to save a conversation as a row: in an existing dataset, or a new one. */
export type RowTarget = { readonly datasetId: string } | { readonly name: string };

export interface RatingsSlice {
  /** All stored ratings of answers. */
  readonly ratings: readonly Rating[];
  readonly ratingsProblem: ErrorData | null;
  /** Whether answers are shown without names, in random order, until the best is chosen. */
  readonly blind: boolean;
  startRatings(): Promise<void>;
  /** Rates an answer of a turn, by index; null removes the rating. */
  rate(turnId: string, index: number, thumb: Thumb | null): Promise<void>;
  /** Chooses the best answer of a turn blind; null for none. */
  chooseBlind(turnId: string, best: number | null): Promise<void>;
  setBlind(on: boolean): void;
  /** Downloads the ratings as JSON Lines: pairs, and labelled answers. */
  exportRatings(name: string): Promise<void>;
  /** Creates a dataset from these rows. */
  importRatings(name: string): Promise<void>;
  clearRatings(): Promise<void>;
  /** Saves a turn with the conversation before it and this answer as a row; resolves to whether it was saved. */
  keepRow(turnId: string, index: number, text: string, target: RowTarget): Promise<boolean>;
}

export interface ScoresSlice {
  /** The latest scores of the right side's voice. */
  readonly evaluation: Evaluation | null;
  readonly scoreEdits: FieldValues;
  /** The user's test rows; empty for held-out rows. */
  readonly scoreFiles: readonly File[];
  readonly scoreProblem: ErrorData | null;
  /** Scores both sides of the comparison on the same rows. */
  score(): Promise<void>;
  cancelScore(): void;
  editScores(name: string, value: FieldValue): void;
  chooseScoreFiles(files: readonly File[]): void;
  /** Loads the stored scores of the right side's voice. */
  refreshEvaluation(): Promise<void>;
}

/** Answers of the right side to the prompts of a file. */
export interface BatchSlice {
  readonly batchFiles: readonly File[];
  readonly batchAnswers: FileAnswers | null;
  readonly batchPaused: boolean;
  readonly batchProblem: ErrorData | null;
  chooseBatchFiles(files: readonly File[]): void;
  answerBatch(): Promise<void>;
  pauseBatch(): Promise<void>;
  resumeBatch(): Promise<void>;
  /** Stops it, keeping the answers so far. */
  stopBatch(): void;
}

/** Options of an export. */
export type ExportWishes = Pick<CommandArgs<"makeExport">[0], "type" | "withOptimizer" | "folder">;

export interface AdaptersSlice {
  /** Adapters of the loaded model, latest first. */
  readonly adapters: readonly AdapterSummary[];
  /** The adapter in use: it is exported, and a run may continue from it. */
  readonly adapterId: string | null;
  readonly lastExport: {
    readonly id: ExportId;
    readonly name: string;
    readonly sizeBytes: number;
  } | null;
  readonly exportProblem: ErrorData | null;
  /** Adapters of any model that are only in memory. */
  readonly unsaved: readonly UnsavedAdapter[];
  /** Retries saving an unsaved adapter. */
  saveAdapter(id: string): Promise<void>;
  /** Lists the library; of concurrent requests only the latest is used. */
  refreshAdapters(): Promise<void>;
  /** Sets the library as reported by the worker. */
  setAdapters(adapters: readonly AdapterSummary[]): void;
  /** Adds a new adapter, selects it, and shows it on the right of the comparison. */
  addAdapter(adapter: AdapterSummary): void;
  chooseAdapter(id: string): void;
  renameAdapter(id: string, name: string): Promise<void>;
  deleteAdapter(id: string): Promise<void>;
  /** The exports available for an adapter. */
  listExports(id: string, template: PromptTemplate, signal: AbortSignal): Promise<readonly ExportOffer[]>;
  /** Exports an adapter into the given folder, or as a download. */
  makeExport(id: string, exportId: ExportId, wishes?: Partial<ExportWishes>): Promise<void>;
  /** Exports the run that the forms describe, for a trainer elsewhere. */
  exportPlan(exportId: TrainerExportId): Promise<void>;
  cancelExport(): void;
  /** Runs an adapter's ONNX export in onnxruntime-web beside the engine. */
  tryOnnx(id: string, type: ExportType | null, question: string, signal: AbortSignal): Promise<OnnxTrial>;
  importAdapter(files: readonly File[]): Promise<void>;
  dismissExportProblem(): void;
}

/** What is published, and how. */
export type PushWishes = Pick<
  CommandArgs<"pushToHub">[0],
  "repository" | "exportId" | "type" | "isPrivate" | "asPullRequest"
>;

export interface PushSlice {
  readonly lastPush: Pushed | null;
  readonly pushProblem: ErrorData | null;
  /** Publishes an adapter on the hub of the hub's form. */
  pushToHub(id: string, wishes: PushWishes): Promise<void>;
  cancelPush(): void;
  dismissPushProblem(): void;
}

export interface SettingsSlice {
  readonly showHints: boolean;
  readonly keepAwake: boolean;
  readonly notifyWhenDone: boolean;
  setShowHints(on: boolean): void;
  setKeepAwake(on: boolean): void;
  setNotifyWhenDone(on: boolean): void;
}

export interface NextMoveSlice {
  /** Asks the first row that the adapter in use was not trained on. */
  askHeldOut(): Promise<void>;
}

/** A change that can be undone. */
export interface Undoable {
  readonly kind: "runs-deleted" | "run-discarded" | "method-reset" | "preset-chosen";
  /** How many things it concerns. */
  readonly count: number;
  readonly undo: () => void;
  /** Makes it final. */
  readonly settle?: () => void;
}

export interface UndoSlice {
  /** The last such change; null once it is undone or final. */
  readonly undoable: Undoable | null;
  /** Offers to undo a change; the one before becomes final. */
  offerUndo(undoable: Undoable): void;
  undo(): void;
  settleUndo(): void;
}

export interface LayoutSlice {
  /** The steps whose content is shown. */
  readonly openSteps: readonly StepId[];
  /** Whether opening a step leaves the others open. */
  readonly keepsStepsOpen: boolean;
  openStep(step: StepId): void;
  closeStep(step: StepId): void;
  openEveryStep(): void;
  /** Returns to one step at a time, starting with this one. */
  openOneStep(step: StepId): void;
}

/** Settings that were loaded from a file or a link. */
export interface TakenSettings {
  /** Name of the file; null for a link. */
  readonly file: string | null;
  /** The model they were made for, if it is not in the library. */
  readonly missingModel: string | null;
}

export interface SettingsFileSlice {
  readonly takenSettings: TakenSettings | null;
  readonly settingsProblem: ErrorData | null;
  /** Downloads the whole configuration as YAML. */
  saveSettings(): Promise<void>;
  /** Takes over the settings of a file, all or none. */
  loadSettings(file: File): Promise<void>;
  /** Takes over the settings in an address's fragment. */
  loadLinkedSettings(fragment: string): Promise<void>;
  dismissSettings(): void;
}

export type StudioState = JobsSlice &
  UndoSlice &
  SettingsFileSlice &
  EnvironmentSlice &
  RecoverySlice &
  DataSlice &
  ModelSlice &
  HubSlice &
  MethodSlice &
  TrainSlice &
  SweepSlice &
  RunsSlice &
  CompareSlice &
  RatingsSlice &
  ScoresSlice &
  BatchSlice &
  AdaptersSlice &
  PushSlice &
  SettingsSlice &
  LayoutSlice &
  NextMoveSlice;

/** A slice: built from the runtime, with access to the whole state. */
export type SliceCreator<Slice> = (
  runtime: Runtime,
) => StateCreator<StudioState, [["zustand/persist", unknown]], [], Slice>;
