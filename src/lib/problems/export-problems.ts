/** What a LoRA may have that another program's form of adapters has no place for. */
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

/** What llama.cpp has built into its code for an architecture, and a model has otherwise. */
export type LlamaCppDifference =
  "attention-scale" | "window-pattern" | "rope-scaling" | "layers-without-positions" | "biases";

/** Programs that train a run again. */
export type TrainerTool = "script" | "LLaMA-Factory" | "Axolotl" | "Unsloth";

/** Why an adapter cannot be taken along in some form. Methods and families are named by their ids. */
export interface ExportProblems {
  /** llama.cpp has no such models, or none that its converters write. */
  readonly "export/family-not-in-llama-cpp": { readonly family: string };
  readonly "export/differs-in-llama-cpp": {
    readonly family: string;
    readonly difference: LlamaCppDifference;
  };
  /** A method whose adapters GGUF has no form for; `merges` says whether its merged model is a way round. */
  readonly "export/no-gguf-adapter": { readonly method: string; readonly merges: boolean };
  readonly "export/lora-extra": { readonly extra: LoraExtra; readonly format: "gguf" | "mlx" };
  readonly "export/does-not-merge": { readonly method: string };
  readonly "export/tokenizer-not-in-llama-cpp": { readonly kind: string };
  readonly "export/too-large-to-try": { readonly sizeBytes: number; readonly maxBytes: number };
  readonly "export/encoder-not-in-onnx": { readonly family: string };
  readonly "export/family-not-in-onnx": { readonly family: string };
  readonly "export/family-not-in-mlx": { readonly family: string };
  /** The template's text cannot be told in Ollama's words. */
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
