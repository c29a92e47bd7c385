import type { StateCreator } from "zustand/vanilla";
import type { Client } from "../../client/client";
import type { WaitingVersion } from "../../client/service-worker";
import type { ErrorData } from "../../lib/errors";
import type { CommandArgs, Environment } from "../../protocol/commands";
import type { Pushed } from "../../protocol/hub-commands";
import type { AdapterSummary } from "../../shared/adapter";
import type { UnsavedAdapter } from "../../protocol/events";
import type { RunningJob } from "../../protocol/jobs";
import type { PromptTemplate } from "../../shared/data";
import type { ExportId, ExportOffer, ExportType, OnnxTrial, TrainerExportId } from "../../shared/exports";
import type { TimedProgress } from "../lib/progress";
import type { RunLog } from "../lib/run-log";
import type { RunSeries } from "../lib/run-series";
import type { Text } from "../text/text";
import type { StepId } from "./steps";
import type { DataSlice, ModelSlice, HubSlice, MethodSlice } from "./state/prepare";
import type { TrainSlice, SweepSlice, RunsSlice } from "./state/training";
import type { CompareSlice, RatingsSlice, ScoresSlice, BatchSlice } from "./state/answering";

export type * from "./state/prepare";
export type * from "./state/training";
export type * from "./state/answering";

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
