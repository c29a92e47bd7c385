import type { ErrorData } from "../lib/errors";
import type { Problem } from "../lib/problems/problem";
import type { FinishReason, Side } from "../shared/generation";
import type { ModelSummary } from "../shared/model";
import type { SampleAnswer, StepReport, ValidationReport } from "../shared/run-history";
import type { AdapterSummary } from "../shared/adapter";
import type { RunningJob } from "./jobs";
import type { LogLine } from "./log";

/** Progress of work with a known or unknown end. */
export interface Progress {
  readonly done: number;
  /** Null when unknown. */
  readonly total: number | null;
  readonly unit: "bytes" | "rows" | "tensors";
  /** The name of what is worked on: a file, a model, a dataset, a repository. */
  readonly what: string;
  /** Milliseconds until the next try, while a lost connection or a busy server is waited for. */
  readonly waitingMs?: number | null;
}

/** An adapter that is in the worker's memory alone: storage would not take it. */
export interface UnsavedAdapter {
  readonly id: string;
  readonly name: string;
  readonly modelId: string;
  /** What kept it from being saved. */
  readonly problem: Problem;
}

/** Where a run stands, at most ten times a second. */
export interface TrainingReport {
  /** That of the adapter which it makes; under it the run can go on later. */
  readonly runId: string;
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
  /** The jobs that run now, sent whenever one starts or ends; the end of a job before its result. */
  readonly jobs: readonly RunningJob[];
  /** How far a running job is. */
  readonly progress: { readonly jobId: number; readonly progress: Progress };
  /** The model in use with its adapters, the latest first, sent whenever it changes; null when there is none. */
  readonly model: { readonly summary: ModelSummary; readonly adapters: readonly AdapterSummary[] } | null;
  readonly training: TrainingReport;
  /** The adapters that are not saved, sent whenever one comes or goes. */
  readonly unsaved: readonly UnsavedAdapter[];
  readonly answer: {
    readonly requestId: string;
    readonly side: Side;
    readonly text: string;
    readonly tokensPerSecond: number;
    /** Why the answer ended, null while it grows. */
    readonly finish: FinishReason | null;
  };
  readonly sample: SampleAnswer;
  readonly log: { readonly time: number; readonly line: LogLine };
  /** Whether the worker has stopped answering at all. The page's own client tells it. */
  readonly stalled: boolean;
  /** A newer version of the studio, in another tab, has changed what is stored. */
  readonly outdated: null;
  /** Something broke outside of a command (a lost device). */
  readonly fault: ErrorData;
}

export type EventName = keyof Events;
