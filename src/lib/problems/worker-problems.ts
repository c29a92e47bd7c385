/** A change of a run's options that makes it smaller, with what it would take then. */
export interface SmallerRun {
  readonly batchSize?: number;
  readonly gradientAccumulation?: number;
  readonly maxLength?: number;
  readonly gradientCheckpointing?: boolean;
  /** Whether the model is to be loaded anew in four bits. */
  readonly quantised?: true;
  readonly totalBytes: number;
}

/** Models, runs and adapters in the worker. */
export interface WorkerProblems {
  readonly "model/not-loaded": object;
  readonly "model/choice-gone": { readonly repository: string; readonly choice: string };
  /** The tokenizer writes a token that the model has no embedding for. */
  readonly "model/unknown-token": {
    readonly token: string;
    readonly id: number;
    readonly vocabularySize: number;
  };
  readonly "data/no-sample": { readonly id: string };
  /** A file of the studio itself. */
  readonly "file/not-installed": { readonly path: string; readonly status: number };
  /** `reason` is the browser's. */
  readonly "file/not-written": { readonly path: string; readonly reason: string };
  /** Virtual tokens leave too few of the model's positions for text. */
  readonly "config/no-room-for-text": { readonly positionsLeft: number; readonly positions: number };
  /** The kept adapter that the run is to go on from has other parameters. */
  readonly "config/other-parameters": { readonly adapter: string };
  readonly "config/no-run-to-resume": object;
  /** `option` is the name of the field by which adapters are chosen. */
  readonly "config/adapter-not-of-model": { readonly option: string };
  readonly "config/adapter-of-other-method": {
    readonly option: string;
    readonly adapter: string;
    /** The id of its method. */
    readonly method: string;
    /** Ids of those that can be chosen. */
    readonly allowed: readonly string[];
  };
  readonly "adapter/no-name": object;
  readonly "adapter/not-kept": object;
  /** The file of an optimizer's state belongs to another adapter; `method` is the id of that one's. */
  readonly "adapter/foreign-optimizer": { readonly file: string; readonly method: string };
  readonly "out-of-memory/run": { readonly totalBytes: number; readonly changes: readonly SmallerRun[] };
  readonly "device-lost/run-ending": object;
  /** `reason` is the browser's, where it tells one. */
  readonly "device-lost/worker-stopped": { readonly reason: string | null };
}
