import type { ErrorData } from "../lib/errors";
import type { Row } from "./rows";
import type { RunHistory, SampleAnswer } from "./run-history";
import type { ScoreValues } from "./scores";
import type { RunConfig } from "./training";

/** State of a run: as stored, or "interrupted" where it is stored as running but no tab runs it. */
export type RunState = "running" | "done" | "stopped" | "failed" | "interrupted";

/** The part of a record that the user edits. */
export interface RunLabel {
  readonly name: string;
  readonly note: string;
  readonly starred: boolean;
  /** Time of deletion; it can be restored until it is removed for good. Null if it was not deleted. */
  readonly deletedAt: number | null;
}

/** What a run was trained on. */
export interface RunData {
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  /** Distinguishes versions of a dataset that was imported again under the same id. */
  readonly importedAt: number;
}

/** The device on which a run took place. */
export interface RunEnvironment {
  /** Empty if the browser hides it. */
  readonly gpu: string;
  readonly software: boolean;
  readonly browser: string;
}

/** Loss per token on the built-in everyday questions, without and with the adapter. */
export interface EverydayLosses {
  readonly before: number;
  readonly after: number;
}

/** Metadata of a run, without its curves. */
export interface RunSummary extends RunLabel {
  /** Also the id of its adapter. */
  readonly id: string;
  /** Counted from 1, never reused. */
  readonly number: number;
  readonly state: RunState;
  readonly config: RunConfig;
  readonly model: { readonly id: string; readonly title: string; readonly precision: readonly string[] };
  readonly data: RunData;
  readonly environment: RunEnvironment;
  readonly startedAt: number;
  readonly savedAt: number;
  /** Training time, across interruptions. */
  readonly elapsedMs: number;
  readonly steps: number;
  readonly totalSteps: number;
  /** Tokens computed, excluding padding. */
  readonly tokens: number;
  readonly finalLoss: number | null;
  readonly validationLoss: number | null;
  /** The step after which `validationLoss` was measured. */
  readonly validationStep: number | null;
  readonly best: { readonly step: number; readonly loss: number } | null;
  /** Why it failed. */
  readonly problem: ErrorData | null;
  /** What it forgot; null or absent if that was not measured. */
  readonly everyday?: EverydayLosses | null;
  /** Means of its adapter's latest scorecard; absent if it was not scored. */
  readonly scores?: ScoreValues;
  readonly adapterIds: readonly string[];
}

/** A remark from a run's log, with its time in milliseconds since 1970. */
export interface RunRemark<Line> {
  readonly time: number;
  readonly line: Line;
}

/** A run's curves, samples and log. `Line` is the protocol's log line. */
export interface RunDetails<Line = unknown> extends RunHistory {
  readonly samples: readonly SampleAnswer[];
  readonly log: readonly RunRemark<Line>[];
}

/** Rows that a run did not train on. */
export interface HeldOut {
  /** The dataset they are from: the run's own, or its validation file. */
  readonly datasetId: string;
  /** Indices of all of them in that dataset. */
  readonly indices: readonly number[];
  /** The first of these rows, kept with the run because the dataset may be deleted. */
  readonly rows: readonly Row[];
}

/** A stored run. */
export interface RunRecord {
  readonly summary: RunSummary;
  readonly details: RunDetails;
  readonly heldOut: HeldOut;
}

/** A run as listed, with what can be done with it now. */
export interface ListedRun extends RunSummary {
  /** Whether a checkpoint exists from which it can be resumed. */
  readonly resumable: boolean;
  readonly sizeBytes: number;
}
