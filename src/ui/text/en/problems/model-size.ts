import { formatBytes } from "../../../../lib/bytes";
import type { ModelSizeProblems } from "../../../../lib/problems/model-size-problems";
import type { ProblemTexts } from "./words";

export const modelSizeProblems: ProblemTexts<ModelSizeProblems> = {
  "model/too-large": ({ key, value, most }) => ({
    what: `config.json: ${key} is ${value}, and the files hold ${most} at the most.`,
    advice: "Check that config.json is the one that belongs to these weights.",
  }),
  "format/text-too-long": ({ file, sizeBytes, maxBytes }) => ({
    what: `${file} has ${formatBytes(sizeBytes)}; files of its kind have at most ${formatBytes(maxBytes)}.`,
    advice: "Check that the file was downloaded whole and is the right one.",
  }),
  "model/tokens-too-long": ({ longestChars }) => ({
    what: `The GGUF file has tokens of up to ${longestChars} characters, more than any vocabulary.`,
    advice: "Choose the model's safetensors folder instead, which has its tokenizer.json.",
  }),
};
