import type {
  ExportProblems,
  LlamaCppDifference,
  LoraExtra,
  TrainerTool,
} from "../../../../lib/problems/export-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { format } from "../format";
import { methods } from "../methods";
import { objectives } from "../objectives";

const titleOf = (id: string): string =>
  Object.entries(methods).find(([known]) => known === id)?.[1].title ?? id;

const toolNames: Readonly<Record<TrainerTool, string>> = {
  script: "训练脚本",
  "LLaMA-Factory": "LLaMA-Factory",
  Axolotl: "Axolotl",
  Unsloth: "Unsloth",
};

const objectiveOf = (id: string): string =>
  Object.entries(objectives.titles).find(([known]) => known === id)?.[1].title ?? id;

const extras: Readonly<Record<LoraExtra, string>> = {
  dora: "DoRA 的幅度",
  biases: "训练过的偏置",
  "whole-modules": "完整训练的模块（modules_to_save）",
  "tied-head": "对输出头的更新，因其与词嵌入共享权重",
  "tied-embedding": "对词嵌入的更新，因其与输出头共享权重",
  "position-table": "对位置嵌入的更新",
  ends: "对词嵌入或输出头的更新",
  "several-ranks": "不同秩的更新（rank_pattern）",
};

const formats = { gguf: "llama.cpp 的适配器不支持", mlx: "MLX 的适配器不支持" } as const;

const differences: Readonly<Record<LlamaCppDifference, string>> = {
  "attention-scale": "注意力的缩放不同",
  "window-pattern": "使用滑动窗口的层不同",
  "rope-scaling": "旋转位置的拉伸方式不同",
  "layers-without-positions": "不带位置的层不同",
  biases: "带偏置的层不同",
};

const MERGE = "请导出合并后的模型，它把这些包含在权重中。";
const PYTHON = "请导出适配器，或供 Python 使用的合并模型。";
const ITSELF = "请导出适配器本身。";

export const exportProblems = {
  "export/no-run": () => ({
    what: "此适配器没有附带训练记录，因此没有可以重复的训练。",
    advice: "请导出在这里训练的适配器。",
  }),
  "export/method-not-in-script": ({ method }) => ({
    what: `脚本所用的库都不能像这里一样在此模型上训练 ${titleOf(method)}。`,
    advice: "请在这里训练，或选择 LoRA 以便在别处训练。",
  }),
  "export/objective-not-in-trainer": ({ objective, tool }) => ({
    what: `${toolNames[tool]} 没有训练目标 ${objectiveOf(objective)}。`,
    advice: "请在这里训练，或选择其他训练目标。",
  }),
  "export/method-not-in-trainer": ({ method, tool }) => ({
    what: `${toolNames[tool]} 不能训练 ${titleOf(method)}。`,
    advice: "请导出训练脚本，或选择 LoRA 以便在别处训练。",
  }),
  "export/encoder-not-in-trainer": ({ tool }) => ({
    what: `${toolNames[tool]} 只训练解码器，而此模型还有编码器。`,
    advice: "请改为导出训练脚本。",
  }),
  "export/family-not-in-llama-cpp": ({ family }) => ({
    what: `llama.cpp 不支持 ${family} 系列的模型。`,
    advice: PYTHON,
  }),
  "export/differs-in-llama-cpp": ({ family, difference }) => ({
    what: `此模型与 llama.cpp 的 ${family} 不同（${differences[difference]}），在那里的回答会不一样。`,
    advice: PYTHON,
  }),
  "export/no-gguf-adapter": ({ method, merges }) => ({
    what: `GGUF 只支持 LoRA 适配器，不支持 ${titleOf(method)}。`,
    advice: merges ? MERGE : ITSELF,
  }),
  "export/lora-extra": ({ extra, format: kind }) => ({
    what: `${formats[kind]}${extras[extra]}。`,
    advice: MERGE,
  }),
  "export/does-not-merge": ({ method }) => ({
    what: `${titleOf(method)} 加入了模型权重无法表示的内容，因此不能合并。`,
    advice: ITSELF,
  }),
  "export/tokenizer-not-in-llama-cpp": ({ kind }) => ({
    what: `llama.cpp 不支持此模型的分词器（${kind}），切分文本的方式会不同。`,
    advice: "请导出 GGUF 适配器并搭配基座模型的 GGUF 文件，或导出供 Python 使用的合并模型。",
  }),
  "export/too-large-to-try": ({ sizeBytes, maxBytes }) => ({
    what: `此导出为 ${format.bytes(sizeBytes)}，而 onnxruntime-web 在这里约能处理 ${format.bytes(maxBytes)}。`,
    advice: "请选择更小的权重（4 位），或导出后在浏览器之外用 onnxruntime 运行。",
  }),
  "export/encoder-not-in-onnx": ({ family }) => ({
    what: `ONNX 导出只支持解码器，而 ${family} 模型还有编码器。`,
    advice: "请导出合并后的模型，再用 Hugging Face Optimum 转换。",
  }),
  "export/family-not-in-mlx": ({ family }) => ({
    what: `mlx-lm 对 ${family} 模型的模块命名不同，找不到适配器的层。`,
    advice: MERGE,
  }),
  "export/long-rope-in-mlx": () => ({
    what: "mlx-lm 总是使用 LongRoPE 的长文本系数，而此模型在这里是以短文本系数训练的。",
    advice: MERGE,
  }),
  "export/template-not-in-ollama": () => ({
    what: "此模型对话模板的格式无法用 Ollama 的模板表达。",
    advice: "请导出合并后的 GGUF（含对话模板），并用 llama.cpp 的 --jinja 运行。",
  }),
  "export/no-mlx-adapter": ({ method, merges }) => ({
    what: `MLX 只支持 LoRA 和 DoRA 适配器，不支持 ${titleOf(method)}。`,
    advice: merges ? MERGE : ITSELF,
  }),
} satisfies Partial<ProblemTexts<ExportProblems>>;
