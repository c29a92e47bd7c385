import type { EncodedRow } from "../data/encode/encode-row";
import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import type { Problem } from "../lib/problems/problem";
import type { Row } from "../shared/rows";
import type { RunConfig, TrainingOptions } from "../shared/training";

/** Encoded rows with their numbers in their dataset. */
export interface NumberedSet {
  readonly rows: readonly EncodedRow[];
  readonly numbers: readonly number[];
  /** How many of the last ones come from the dataset mixed in. */
  readonly mixed: number;
}

/** A row of a dataset with its number. */
export interface NumberedRow {
  readonly number: number;
  readonly row: Row;
}

/** All that a run was made of, for programs that repeat it. */
export interface TrainingRun {
  readonly config: RunConfig;
  /** The options as the model allows them. */
  readonly training: TrainingOptions;
  readonly adapter: Adapter;
  readonly totalSteps: number;
  /** Warm-up steps that the run takes. */
  readonly warmupSteps: number;
  readonly validationInterval: number;
  readonly train: NumberedSet;
  readonly validation: NumberedSet;
  /** A step's micro-batches: sequences of rows by their place in `train`. */
  groups(step: number): readonly (readonly (readonly number[])[])[];
  /** Values that the run starts with. */
  readonly start: ReadonlyMap<string, HostTensor>;
  /** Optimizer state that the run starts with; null for a new one. */
  readonly startOptimizer: Uint8Array<ArrayBuffer> | null;
  /** Losses of the first steps that were recorded, from the first on without a gap. */
  readonly losses: readonly number[];
  /** The dataset's rows in use, in order. */
  rows(): AsyncIterable<NumberedRow>;
  /** Rows of a validation file; null if rows of the dataset were held out. */
  readonly validationRows: (() => AsyncIterable<NumberedRow>) | null;
}

/** A run that can be loaded for export. */
export interface TrainingOffer {
  /** Why it cannot be repeated, such as a deleted dataset; or null. */
  readonly problem: Problem | null;
  /** Size of the dataset. */
  readonly dataBytes: number;
  /** Encodes the rows again. Errors: rows or options are no longer there. */
  load(): Promise<TrainingRun>;
}
