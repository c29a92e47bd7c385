/** Why an optimizer state file cannot be read. */
export type OptimizerFileFault =
  | { readonly kind: "no-header" | "other-kind" }
  | { readonly kind: "element-type"; readonly tensor: string; readonly dtype: string }
  | { readonly kind: "values"; readonly tensor: string }
  /** `steps` as JSON; null if missing. */
  | { readonly kind: "steps"; readonly steps: string | null }
  | { readonly kind: "option"; readonly option: string };

/** Problems with trained adapters, their folders and files. */
export interface AdapterProblems {
  /** An unsupported setting of adapter_config.json; `value` as JSON. */
  readonly "adapter/setting": { readonly key: string; readonly value: string };
  /** An unknown key of adapter_config.json; `value` as JSON. */
  readonly "adapter/unknown-setting": { readonly key: string; readonly value: string };
  /** A key that must identify the base model. */
  readonly "adapter/other-model": {
    readonly key: string;
    readonly value: number;
    readonly expected: number;
  };
  /**
   * `init_lora_weights` names an initialisation that changed the base model's weights in a way the file does not
   * record.
   */
  readonly "adapter/changed-base": { readonly start: string };
  readonly "adapter/unknown-start": { readonly start: string };
  readonly "adapter/other-task": { readonly task: string; readonly modelTask: string };
  /** `peftType` as JSON; null if missing. */
  readonly "adapter/unknown-method": { readonly peftType: string | null; readonly known: readonly string[] };
  /** An adapter of MLX, whose folders have another layout. */
  readonly "adapter/mlx": { readonly file: string };
  /** A subfolder contains an adapter that this one does not build on. */
  readonly "adapter/folder-within": { readonly folder: string };
  readonly "adapter/folder-missing": { readonly folder: string };
  /** `found` is null if the adapter has no such parameter. */
  readonly "adapter/parameter-shape": {
    readonly parameter: string;
    readonly found: readonly number[] | null;
    readonly expected: readonly number[];
  };
  readonly "adapter/unknown-parameter": { readonly parameter: string; readonly shape: readonly number[] };
  readonly "adapter/not-mergeable": object;
  readonly "adapter/no-prompt": { readonly tensor: string };
  /** Sparse changes to a tensor that is not a targeted layer. */
  readonly "adapter/untargeted-tensor": { readonly tensor: string };
  /** Indices without values, or values without indices. */
  readonly "adapter/index-count": { readonly tensor: string };
  readonly "adapter/index-range": {
    readonly tensor: string;
    readonly rows: number;
    readonly columns: number;
  };
  readonly "adapter/kept-type": { readonly tensor: string; readonly dtype: string };
  readonly "adapter/optimizer-file": { readonly file: string; readonly fault: OptimizerFileFault };
  /** The optimizer state has frozen elements but the method trains all. */
  readonly "adapter/optimizer-freezes": { readonly parameter: string };
}
