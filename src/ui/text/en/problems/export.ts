import type { ExportProblems, LlamaCppDifference, LoraExtra } from "../../../../lib/problems/export-problems";
import { methods } from "../methods";
import type { ProblemTexts } from "./words";

const titleOf = (id: string): string =>
  Object.entries(methods).find(([known]) => known === id)?.[1].title ?? id;

const extras: Readonly<Record<LoraExtra, string>> = {
  dora: "DoRA's lengths of rows",
  biases: "trained biases",
  "whole-modules": "modules that were trained as a whole (modules_to_save)",
  "tied-head": "an update of the head, which shares its weight with the embedding",
  "tied-embedding": "an update of the token embedding, which shares its weight with the head",
  "position-table": "an update of the table of positions",
  ends: "updates of the embedding or the head",
  "several-ranks": "updates of different ranks (rank_pattern)",
};

const formats = { gguf: "llama.cpp's adapters have", mlx: "MLX's adapters have" } as const;

const differences: Readonly<Record<LlamaCppDifference, string>> = {
  "attention-scale": "scales attention otherwise",
  "window-pattern": "has sliding windows in other layers",
  "rope-scaling": "stretches its rotary positions otherwise",
  "layers-without-positions": "leaves out positions in other layers",
  biases: "has biases in other layers",
};

const MERGE = "Export the merged model instead, which has it in its weights.";

export const exportProblems: ProblemTexts<ExportProblems> = {
  "export/family-not-in-llama-cpp": ({ family }) => ({
    what: `llama.cpp has no models of the family ${family} that it could be written for.`,
    advice: "Export the adapter or the merged model for Python.",
  }),
  "export/differs-in-llama-cpp": ({ family, difference }) => ({
    what: `This model ${differences[difference]} than llama.cpp's ${family}, so its answers there would be others.`,
    advice: "Export the adapter or the merged model for Python.",
  }),
  "export/no-gguf-adapter": ({ method, merges }) => ({
    what: `GGUF has a form for LoRA adapters only, not for ${titleOf(method)}.`,
    advice: merges ? MERGE : "Export the adapter itself.",
  }),
  "export/lora-extra": ({ extra, format }) => ({
    what: `${formats[format]} no place for ${extras[extra]}.`,
    advice: MERGE,
  }),
  "export/does-not-merge": ({ method }) => ({
    what: `${titleOf(method)} adds to the model what no weight can hold, so it cannot be merged.`,
    advice: "Export the adapter itself.",
  }),
  "export/tokenizer-not-in-llama-cpp": ({ kind }) => ({
    what: `llama.cpp would split text into other tokens: it does not know this model's tokenizer (${kind}).`,
    advice: "Export the adapter as GGUF for a GGUF file of the base model, or the merged model for Python.",
  }),
  "export/family-not-in-mlx": ({ family }) => ({
    what: `mlx-lm names the parts of ${family} models otherwise, so that the adapter would not be found there.`,
    advice: MERGE,
  }),
  "export/template-not-in-ollama": () => ({
    what: "The model's chat template writes conversations in a way that Ollama's templates cannot say.",
    advice: "Export the merged GGUF, which carries the chat template, and run it in llama.cpp with --jinja.",
  }),
  "export/no-mlx-adapter": ({ method, merges }) => ({
    what: `MLX has a form for LoRA and DoRA adapters only, not for ${titleOf(method)}.`,
    advice: merges ? MERGE : "Export the adapter itself.",
  }),
};
