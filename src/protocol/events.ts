import type { ErrorData } from "../lib/errors";
import type { SampleAnswer, StepReport, ValidationReport } from "../spec/run-history";
import type { Side } from "../spec/generation";

/** Progress of work with a known or unknown end. */
export interface Progress {
  readonly done: number;
  /** Null when unknown. */
  readonly total: number | null;
  readonly unit: "bytes" | "rows" | "tensors";
  readonly what: string;
}

/** How far a download is. */
export interface DownloadProgress extends Progress {
  /** Milliseconds until the next try, while a lost connection or a busy server is waited for. */
  readonly waitingMs: number | null;
}

/** Where a run stands, at most ten times a second. */
export interface TrainingReport {
  readonly steps: readonly StepReport[];
  readonly validation: readonly ValidationReport[];
  /** True when steps and validation are those of the time before a run was resumed. */
  readonly past: boolean;
  readonly totalSteps: number;
  readonly tokensPerSecond: number;
  readonly remainingMs: number | null;
  readonly gpuBytes: number;
  readonly status: TrainingStatus;
}

export type TrainingStatus = "preparing" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";

/** Events that the worker sends unasked: name -> payload. */
export interface Events {
  readonly importProgress: Progress;
  readonly modelProgress: Progress;
  readonly mergeProgress: Progress;
  readonly downloadProgress: DownloadProgress;
  readonly training: TrainingReport;
  readonly answer: {
    readonly requestId: string;
    readonly side: Side;
    readonly text: string;
    readonly tokensPerSecond: number;
  };
  readonly sample: SampleAnswer;
  readonly log: { readonly time: number; readonly text: string };
  /** Something broke outside of a command (a lost device). */
  readonly fault: ErrorData;
}

export type EventName = keyof Events;
