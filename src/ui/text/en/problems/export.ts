import type {
  ExportProblems,
  LlamaCppDifference,
  LoraExtra,
  TrainerTool,
} from "../../../../lib/problems/export-problems";
import { methods } from "../methods";
import { format } from "../format";
import { objectives } from "../objectives";
import type { ProblemTexts } from "./words";

const titleOf = (id: string): string =>
  Object.entries(methods).find(([known]) => known === id)?.[1].title ?? id;

const extras: Readonly<Record<LoraExtra, string>> = {
  dora: "DoRA's magnitudes",
  biases: "trained biases",
  "whole-modules": "fully trained modules (modules_to_save)",
  "tied-head": "an update of the head, which shares its weight with the embedding",
  "tied-embedding": "an update of the token embedding, which shares its weight with the head",
  "position-table": "an update of the position embedding",
  ends: "updates of the embedding or the head",
  "several-ranks": "updates of different ranks (rank_pattern)",
};

const formats = {
  gguf: "llama.cpp's adapters do not support",
  mlx: "MLX's adapters do not support",
} as const;

const differences: Readonly<Record<LlamaCppDifference, string>> = {
  "attention-scale": "scales attention differently",
  "window-pattern": "has sliding windows in other layers",
  "rope-scaling": "stretches its rotary positions otherwise",
  "layers-without-positions": "leaves out positions in other layers",
  biases: "has biases in other layers",
};

const toolNames: Readonly<Record<TrainerTool, string>> = {
  script: "The training script",
  "LLaMA-Factory": "LLaMA-Factory",
  Axolotl: "Axolotl",
  Unsloth: "Unsloth",
};

const objectiveOf = (id: string): string =>
  Object.entries(objectives.titles).find(([known]) => known === id)?.[1].title ?? id;

const MERGE = "Export the merged model instead, which includes it in its weights.";

export const exportProblems: ProblemTexts<ExportProblems> = {
  "export/family-not-in-llama-cpp": ({ family }) => ({
    what: `llama.cpp does not support models of the family ${family}.`,
    advice: "Export the adapter or the merged model for Python.",
  }),
  "export/differs-in-llama-cpp": ({ family, difference }) => ({
    what: `This model ${differences[difference]} than llama.cpp's ${family}, so its answers would differ there.`,
    advice: "Export the adapter or the merged model for Python.",
  }),
  "export/no-gguf-adapter": ({ method, merges }) => ({
    what: `GGUF supports only LoRA adapters, not ${titleOf(method)}.`,
    advice: merges ? MERGE : "Export the adapter itself.",
  }),
  "export/lora-extra": ({ extra, format }) => ({
    what: `${formats[format]} ${extras[extra]}.`,
    advice: MERGE,
  }),
  "export/does-not-merge": ({ method }) => ({
    what: `${titleOf(method)} adds something that the model's weights cannot represent, so it cannot be merged.`,
    advice: "Export the adapter itself.",
  }),
  "export/tokenizer-not-in-llama-cpp": ({ kind }) => ({
    what: `llama.cpp would tokenize text differently: it does not support this model's tokenizer (${kind}).`,
    advice: "Export the adapter as GGUF for a GGUF file of the base model, or the merged model for Python.",
  }),
  "export/too-large-to-try": ({ sizeBytes, maxBytes }) => ({
    what: `This export has ${format.bytes(sizeBytes)}; onnxruntime-web can take about ${format.bytes(maxBytes)} here.`,
    advice: "Choose smaller weights (4 bits), or export it and run it in onnxruntime outside the browser.",
  }),
  "export/encoder-not-in-onnx": ({ family }) => ({
    what: `The ONNX export has decoders only; ${family} models have an encoder too.`,
    advice: "Export the merged model, and convert that with Hugging Face Optimum.",
  }),
  "export/family-not-in-mlx": ({ family }) => ({
    what: `mlx-lm names the modules of ${family} models differently, so it would not find the adapter's layers.`,
    advice: MERGE,
  }),
  "export/long-rope-in-mlx": () => ({
    what: "mlx-lm always applies LongRoPE's factors for long texts; this model was trained here with those for short ones.",
    advice: MERGE,
  }),
  "export/template-not-in-ollama": () => ({
    what: "The model's chat template formats conversations in a way that Ollama's templates cannot express.",
    advice: "Export the merged GGUF, which carries the chat template, and run it in llama.cpp with --jinja.",
  }),
  "export/no-run": () => ({
    what: "This adapter came without its run, so there is nothing to repeat.",
    advice: "Export an adapter that was trained here.",
  }),
  "export/method-not-in-script": ({ method }) => ({
    what: `No library that the script uses can train ${titleOf(method)} on this model as it is trained here.`,
    advice: "Train it here, or choose LoRA for a run elsewhere.",
  }),
  "export/objective-not-in-trainer": ({ objective, tool }) => ({
    what: `${toolNames[tool]} does not have the objective ${objectiveOf(objective)}.`,
    advice: "Train it here, or choose another objective.",
  }),
  "export/method-not-in-trainer": ({ method, tool }) => ({
    what: `${toolNames[tool]} cannot train ${titleOf(method)}.`,
    advice: "Export the training script, or choose LoRA for a run elsewhere.",
  }),
  "export/encoder-not-in-trainer": ({ tool }) => ({
    what: `${toolNames[tool]} trains decoders only; this model has an encoder too.`,
    advice: "Export the training script instead.",
  }),
  "export/no-mlx-adapter": ({ method, merges }) => ({
    what: `MLX supports only LoRA and DoRA adapters, not ${titleOf(method)}.`,
    advice: merges ? MERGE : "Export the adapter itself.",
  }),
};
