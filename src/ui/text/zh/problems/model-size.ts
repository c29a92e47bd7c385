import type { ModelSizeProblems } from "../../../../lib/problems/model-size-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { format } from "../format";
import { remedies } from "../value-faults";

export const modelSizeProblems = {
  "model/too-large": ({ key, value, most }) => ({
    what: `config.json：${key} 为 ${value}，而文件中最多有 ${most}。`,
    advice: "请确认 config.json 与这些权重属于同一个模型。",
  }),
  "format/nested-too-deep": ({ file }) => ({
    what: `${file} 的嵌套比任何有效的同类文件都深。`,
    advice: remedies["check-file"],
  }),
  "format/text-too-long": ({ file, sizeBytes, maxBytes }) => ({
    what: `${file} 有 ${format.bytes(sizeBytes)}，而同类文件最多 ${format.bytes(maxBytes)}。`,
    advice: remedies["check-file"],
  }),
  "model/tokens-too-long": ({ longestChars }) => ({
    what: `该 GGUF 文件中的 token 长达 ${longestChars} 个字符，超过任何真实词表。`,
    advice: "请改选该模型的 safetensors 文件夹，其中有 tokenizer.json。",
  }),
} satisfies Partial<ProblemTexts<ModelSizeProblems>>;
