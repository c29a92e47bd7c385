/** A change of options that makes a run smaller, and its memory need then. */
export interface SmallerRun {
  readonly batchSize?: number;
  readonly gradientAccumulation?: number;
  readonly maxLength?: number;
  readonly gradientCheckpointing?: boolean;
  /** Whether the model has to be reloaded in four bits. */
  readonly quantised?: true;
  readonly totalBytes: number;
}

/** Problems with models, runs and adapters in the worker. */
export interface WorkerProblems {
  readonly "model/not-loaded": object;
  readonly "model/choice-gone": { readonly repository: string; readonly choice: string };
  /** The tokenizer produces a token without an embedding in the model. */
  readonly "model/unknown-token": {
    readonly token: string;
    readonly id: number;
    readonly vocabularySize: number;
  };
  readonly "data/no-sample": { readonly id: string };
  /** A file of the studio's own installation. */
  readonly "file/not-installed": { readonly path: string; readonly status: number };
  /** `reason` is from the browser. */
  readonly "file/not-written": { readonly path: string; readonly reason: string };
  /** Virtual tokens leave too few positions for text. */
  readonly "config/no-room-for-text": { readonly positionsLeft: number; readonly positions: number };
  /** The adapter to continue training has different parameters. */
  readonly "config/other-parameters": { readonly adapter: string };
  /** KTO compares answers within a batch, but this one has a single answer. */
  readonly "config/labels-need-batch": object;
  /** The method scores weights on single texts. `method` is its id. */
  readonly "config/preferences-without-selection": { readonly method: string };
  readonly "config/no-run-to-resume": object;
  readonly "config/no-run-to-extend": object;
  readonly "config/no-such-run": object;
  /** `option` is the name of the adapter selection field. */
  readonly "config/adapter-not-of-model": { readonly option: string };
  readonly "config/adapter-of-other-method": {
    readonly option: string;
    readonly adapter: string;
    /** Id of its method. */
    readonly method: string;
    /** Ids of the methods that can be selected. */
    readonly allowed: readonly string[];
  };
  readonly "adapter/no-name": object;
  readonly "adapter/not-kept": object;
  /** The optimizer state file belongs to another adapter; `method` is that adapter's. */
  readonly "adapter/foreign-optimizer": { readonly file: string; readonly method: string };
  readonly "out-of-memory/run": { readonly totalBytes: number; readonly changes: readonly SmallerRun[] };
  readonly "device-lost/run-ending": object;
  /** `reason` is from the browser, if it gives one. */
  readonly "device-lost/worker-stopped": { readonly reason: string | null };
}
