/** Features of a LoRA that other programs' formats may not support. */
export type LoraExtra =
  | "dora"
  | "biases"
  | "whole-modules"
  | "tied-head"
  | "tied-embedding"
  | "position-table"
  /** An update of the embedding or the head. */
  | "ends"
  | "several-ranks";

/** Properties that llama.cpp hard-codes for an architecture and that differ in this model. */
export type LlamaCppDifference =
  "attention-scale" | "window-pattern" | "rope-scaling" | "layers-without-positions" | "biases";

/** Programs that train a run again. */
export type TrainerTool = "script" | "LLaMA-Factory" | "Axolotl" | "Unsloth";

/** Why an adapter cannot be exported in a format. Methods and families are given by id. */
export interface ExportProblems {
  /** llama.cpp does not support such models, or its converters do not write them. */
  readonly "export/family-not-in-llama-cpp": { readonly family: string };
  readonly "export/differs-in-llama-cpp": {
    readonly family: string;
    readonly difference: LlamaCppDifference;
  };
  /** A method that GGUF has no adapter format for; `merges` says whether a merged model is possible instead. */
  readonly "export/no-gguf-adapter": { readonly method: string; readonly merges: boolean };
  readonly "export/lora-extra": { readonly extra: LoraExtra; readonly format: "gguf" | "mlx" };
  readonly "export/does-not-merge": { readonly method: string };
  readonly "export/tokenizer-not-in-llama-cpp": { readonly kind: string };
  readonly "export/too-large-to-try": { readonly sizeBytes: number; readonly maxBytes: number };
  readonly "export/encoder-not-in-onnx": { readonly family: string };
  readonly "export/family-not-in-mlx": { readonly family: string };
  /** mlx-lm applies LongRoPE's factors for long texts to all texts. */
  readonly "export/long-rope-in-mlx": object;
  /** The template cannot be expressed in Ollama's syntax. */
  readonly "export/template-not-in-ollama": object;
  /** An adapter that came without a run. */
  readonly "export/no-run": object;
  /** A method that no library of the script has. */
  readonly "export/method-not-in-script": { readonly method: string };
  readonly "export/objective-not-in-trainer": { readonly objective: string; readonly tool: TrainerTool };
  readonly "export/method-not-in-trainer": { readonly method: string; readonly tool: TrainerTool };
  readonly "export/encoder-not-in-trainer": { readonly tool: TrainerTool };
  readonly "export/no-mlx-adapter": { readonly method: string; readonly merges: boolean };
}
