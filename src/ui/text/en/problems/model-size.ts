import type { ModelSizeProblems } from "../../../../lib/problems/model-size-problems";
import { format } from "../format";
import { remedies } from "../value-faults";
import type { ProblemTexts } from "./words";

export const modelSizeProblems: ProblemTexts<ModelSizeProblems> = {
  "model/too-large": ({ key, value, most }) => ({
    what: `config.json: ${key} is ${value}, but the files contain at most ${most}.`,
    advice: "Check that config.json is the one that belongs to these weights.",
  }),
  "format/nested-too-deep": ({ file }) => ({
    what: `${file} is nested more deeply than any valid file of its kind.`,
    advice: remedies["check-file"],
  }),
  "format/text-too-long": ({ file, sizeBytes, maxBytes }) => ({
    what: `${file} has ${format.bytes(sizeBytes)}; files of its kind have at most ${format.bytes(maxBytes)}.`,
    advice: remedies["check-file"],
  }),
  "model/tokens-too-long": ({ longestChars }) => ({
    what: `The GGUF file has tokens of up to ${longestChars} characters, longer than in any real vocabulary.`,
    advice: "Choose the model's safetensors folder instead, which has its tokenizer.json.",
  }),
};
