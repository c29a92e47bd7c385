import type { ErrorData } from "../../../lib/errors";
import type { InterruptedRun, RunExportFormat, TrainingResult } from "../../../protocol/commands";
import type { TrainingStatus } from "../../../protocol/events";
import type { FieldValue, FieldValues } from "../../../shared/fields";
import type { PresetId } from "../../../shared/presets";
import type { ListedRun, RunLabel } from "../../../shared/run-record";
import type { SampleAnswer } from "../../../shared/run-history";
import type { SweepAxis } from "../../../shared/sweep";
import type { RunConfig } from "../../../shared/training";

/** Runs: the current one, sweeps, and the kept ones. */

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
  /** Resumes an interrupted run, or extends an ended one by more steps. */
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
