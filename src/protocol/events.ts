import type { ErrorData } from "../lib/errors";
import type { Problem } from "../lib/problems/problem";
import type { FinishReason } from "../shared/generation";
import type { ModelSummary } from "../shared/model";
import type { SampleAnswer, StepReport, ValidationReport } from "../shared/run-history";
import type { AdapterSummary } from "../shared/adapter";
import type { RunningJob } from "./jobs";
import type { LogLine } from "./log";

/** Progress of a job, in bytes. */
export interface Progress {
  readonly done: number;
  /** Null if unknown. */
  readonly total: number | null;
  /** What is being processed: a file, model, dataset or repository. */
  readonly what: string;
  /** Milliseconds until the next retry, after a connection failure or rate limiting. */
  readonly waitingMs?: number | null;
  /** The server sends whole files only, though a part of one would do. */
  readonly sendsWhole?: boolean;
}

/** An adapter in memory only, because saving failed. */
export interface UnsavedAdapter {
  readonly id: string;
  readonly name: string;
  readonly modelId: string;
  /** Why saving failed. */
  readonly problem: Problem;
}

/** Progress of a run, at most ten times a second. */
export interface TrainingReport {
  /** Id of the run and its adapter. */
  readonly runId: string;
  readonly steps: readonly StepReport[];
  readonly validation: readonly ValidationReport[];
  /** True for the history before a run was resumed. */
  readonly past: boolean;
  readonly totalSteps: number;
  readonly tokensPerSecond: number;
  readonly remainingMs: number | null;
  readonly gpuBytes: number;
  readonly status: TrainingStatus;
}

export type TrainingStatus = "preparing" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";

/** Events from worker to page: name -> payload. */
export interface Events {
  /** Running jobs, sent when one starts or ends; a job's end precedes its result. */
  readonly jobs: readonly RunningJob[];
  /** Progress of a job, in bytes. */
  readonly progress: { readonly jobId: number; readonly progress: Progress };
  /** The loaded model and its adapters, newest first, sent on every change; null if none. */
  readonly model: { readonly summary: ModelSummary; readonly adapters: readonly AdapterSummary[] } | null;
  /** The adapter of a paused run, which can answer questions; null once the run continues. */
  readonly lent: AdapterSummary | null;
  readonly training: TrainingReport;
  /** Unsaved adapters, sent on every change. */
  readonly unsaved: readonly UnsavedAdapter[];
  readonly answer: {
    readonly requestId: string;
    readonly column: number;
    readonly text: string;
    /** Its tokens once it has ended; empty until then. */
    readonly ids: readonly number[];
    readonly tokensPerSecond: number;
    /** Finish reason; null while generating. */
    readonly finish: FinishReason | null;
  };
  readonly sample: SampleAnswer;
  readonly log: { readonly time: number; readonly line: LogLine };
  /** Whether the worker has stopped responding. Emitted by the page's client. */
  readonly stalled: boolean;
  /** A newer version of the studio, in another tab, is upgrading the stored data. */
  readonly outdated: null;
  /** A failure outside of any command, e.g. a lost device. */
  readonly fault: ErrorData;
}

export type EventName = keyof Events;
