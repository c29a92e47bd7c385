import type { ExportNote, ExportType, OnnxTrial } from "../../../shared/exports";
import type { TokenChance } from "../../../shared/generation";
import type { Text, Translation } from "../translation";
import { format } from "./format";
import { answerOptions } from "./options";
import { trainerGaps } from "./trainer-gaps";
import { tokens } from "./words";

/* Texts of the steps after a run: Compare and Export. */

const ownNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(answerOptions).map(([name, { label }]) => [name, label]),
);

export const compare = {
  intro: "每一列使用同样的问题和同样的种子：基座模型、任意一个适配器，或把适配器合并进权重的模型。",
  before: "训练前",
  after: "训练后",
  left: "左",
  right: "右",
  column: (number: number) => `第 ${number} 列`,
  leftSide: "左侧",
  rightSide: "右侧",
  columnVoice: (number: number) => `第 ${number} 列的模型`,
  addColumn: "添加一列",
  removeColumn: (name: string) => `移除${name}`,
  base: "基座模型",
  gone: "已删除的适配器",
  merged: (name: string) => `${name}（已合并）`,
  mergedCost: (bytes: number) =>
    `合并的一列保留自己的一份改动权重：占用 ${format.bytes(bytes)} 显存，直到在那里另选模型。`,
  mergedSame: "合并后的模型给出逐字相同的回答。",
  afterNobody: "还没有适配器",
  emptySide: "回答显示在这里。",
  askBoth: "重新提问两边",
  askAll: "重新提问全部",
  afterNone: "训练一个适配器，或在“导出”中加载一个，它的回答会显示在这里。",
  message: "消息",
  placeholder: "问点什么",
  send: "发送",
  stop: "结束回答",
  suggestions: "试试它没见过的问题",
  expected: "数据集中的回答",
  showSent: "显示发送的内容",
  hideSent: "隐藏发送的内容",
  sent: (count: number) => `发送的内容：${tokens(count)}`,
  sentTo: (who: string, count: number) => `发送给${who}：${tokens(count)}`,
  sameTemplate: (adapter: string) => `基座模型使用与“${adapter}”相同的提示词格式，因此差别只来自适配器。`,
  showOdds: "显示 token 概率",
  oddsOf: (name: string) => `token 概率：${name}`,
  oddsHint: "指向一个 token，或用方向键，查看它的概率以及其他可能。",
  odds: (token: string, probability: number) => `“${token}”：${format.share(probability)}`,
  oddsSpoken: ({ text, continues, probability, likeliest }: TokenChance) =>
    [
      `${continues ? "同一个字符" : text}，${format.share(probability)}`,
      ...likeliest.map((other) => `${other.text} ${format.share(other.probability)}`),
    ].join("；"),
  regenerate: "重新生成",
  regenerateHint: "用下一个种子重新回答；温度为 0 时回答不变",
  options: "回答选项",
  more: "更多选项",
  ownSampling: (values: Readonly<Record<string, number>>) =>
    `采用模型作者的采样设置：${Object.entries(values)
      .map(([name, value]) => `${ownNames[name] ?? name} ${value}`)
      .join("，")}`,
  mark: "标出不同的词",
  littleShared: "这些回答相同的词太少，标注没有意义。",
  clear: "新对话",
  you: "你",
  said: (who: string, words: string) => `${who}：${words}`,
  edit: "编辑后重新提问",
  askAgain: "重新提问",
  keep: "取消",
  editLabel: "你的话",
  copy: "复制对话",
  copyAnswer: (side: string) => `复制：${side}`,
  rate: (perSecond: number) => `${format.rate(perSecond)} token/秒`,
  finish: {
    "end-token": "",
    length: "达到最大长度",
    stopped: "已停止",
    "stop-sequence": "遇到停止序列",
    repeats: "提前结束",
  },
  repeats: "它在重复自己：训练得太少或太快。",
  repeatsBase: "它在重复自己。",
  system: "系统提示词",
  systemHint: "在自由提问前发送。数据中的行保留训练时的系统提示词。",
  systemPlaceholder: "你是一个乐于助人的助手。",
  stops: "停止序列",
  stopsHint: "每行一个；\\n 表示换行。回答在最先出现的序列之前结束。",
  stopsPlaceholder: "\\n\\n问题：",
  endLoops: "结束重复的回答",
  waiting: "等待轮到…",
  writing: "正在回答…",
  nothing: "（空回答）",
  earlier: (turns: number) => `本次对话的前 ${format.integer(turns)} 轮`,
  earlierTurns: "较早的问题",
  laterTurns: "较晚的问题",
  blockedTraining: "请暂停训练后提问，或等训练结束。",
  blockedModel: "请先加载模型再提问。",
  blockedBusy: "等当前任务完成后再提问。",
} satisfies Translation<Text["compare"]>;

const storedNames: Readonly<Record<Exclude<ExportType, "base">, string>> = {
  F32: "f32",
  F16: "f16",
  BF16: "bf16",
  Q8_0: "8 位（Q8_0）",
  Q5_1: "5 位（Q5_1）",
  Q5_0: "5 位（Q5_0）",
  Q4_1: "4 位（Q4_1）",
  Q4_0: "4 位（Q4_0）",
  Q4: "4 位",
};

const widened = {
  loaded:
    "各层为 NF4：先反量化，再以全精度加上更新，因此合并后的模型与现在的回答一致。量化损失的精度无法恢复；要合并到原始权重，请先不用 NF4 加载模型。",
  stored: "各层在文件中已量化：先反量化，再加上更新。量化损失的精度无法恢复。",
} as const;

const baseNeeded = { gguf: "需要基座模型的 GGUF 文件。", mlx: "需要基座模型。" } as const;

export const exportStep = {
  intro: "导出适配器，或加载一个。",
  library: "你的适配器",
  laterAdapters: "较新的适配器",
  earlierAdapters: "较早的适配器",
  libraryHint: (title: string) => `适用于 ${title}。在你删除之前一直保存在此浏览器中。`,
  use: (name: string) => `使用 ${name}`,
  download: (name: string) => `保存 ${name}`,
  rename: (name: string) => `重命名 ${name}`,
  renameLabel: "新名称",
  renameYes: "重命名",
  renameNo: "取消",
  remove: (name: string) => `删除 ${name}`,
  removeAsk: (name: string) => `从此浏览器中删除“${name}”？`,
  unsaved: {
    title: (name: string) => `“${name}”尚未保存`,
    what: "在保存或下载之前，它只存在于此页面的内存中：请勿关闭页面。",
    save: "重新保存",
    download: "下载",
  },
  removeYes: "删除",
  removeNo: "保留",
  stepCount: (steps: number) => `${format.integer(steps)} 步`,
  lossWas: (loss: number) => `损失 ${format.loss(loss)}`,
  formats: {
    peft: {
      title: "PEFT 适配器",
      what: "包含 adapter_config.json、adapter_model.safetensors 和模型卡的 zip。可在 Hugging Face PEFT 中加载，也可在这里再次加载。",
    },
    adapters: {
      title: "AdapterHub 适配器",
      what: "包含适配器配置、张量和模型卡的 zip。可在 adapters 库中加载，也可在这里再次加载。",
    },
    transformers: {
      title: "训练后的权重",
      what: "包含训练改动的权重、配置和模型卡的 zip。几行代码即可加载到基座模型，也可在这里再次加载。",
    },
    luthier: {
      title: "Luthier 适配器",
      what: "包含训练后的张量、配置和模型卡的 zip。对于此模型，没有其他库能加载它，只能在这里使用。",
    },
  },
  inUse: "正在使用的适配器",
  purposes: {
    python: "在 Python 中使用",
    local: "在自己的电脑上运行",
    web: "在网页中运行",
    server: "在 GPU 服务器上继续",
  },
  kinds: {
    merged: {
      title: "合并后的模型",
      what: "合并了适配器的完整模型，为 Hugging Face 文件夹，不需要 PEFT。可在“对比”中选择已合并的适配器先行试用。",
    },
    "gguf-lora": { title: "GGUF 适配器", what: "用于 llama.cpp 的 LoRA，与基座模型的 GGUF 文件一起加载。" },
    gguf: { title: "合并后的 GGUF", what: "合并了适配器的完整模型，为一个含分词器和对话模板的 GGUF 文件。" },
    ollama: { title: "Ollama", what: "合并后的 GGUF 加上 Modelfile，其模板、停止序列和参数与训练一致。" },
    mlx: { title: "MLX 适配器", what: "用于 Mac 上 mlx-lm 的适配器，与基座模型一起加载。" },
    "training-script": {
      title: "训练脚本",
      what: "把这次训练写成可在一个或多个 GPU 上运行的 Python 程序：包含数据行、token、批的顺序和初始值，并附 Accelerate、FSDP2、DeepSpeed 和 Ray Train 的配置。训练结果可拖回此页面。",
    },
    "llama-factory": {
      title: "LLaMA-Factory",
      what: "用于 LLaMA-Factory 的 YAML 文件，附数据行和 dataset_info.json。",
    },
    axolotl: { title: "Axolotl", what: "用于 Axolotl 的 YAML 文件，数据行为 token 和掩码。" },
    unsloth: { title: "Unsloth", what: "用于 Unsloth 的 Jupyter notebook，数据行为 token 和掩码。" },
    onnx: {
      title: "ONNX",
      what: "把适配器合并进权重的完整模型，用于 transformers.js 和 onnxruntime，含分词器和配置。",
    },
  },
  buttons: {
    adapter: "导出适配器",
    merged: "下载合并后的模型",
    "gguf-lora": "导出 GGUF",
    gguf: "导出合并后的 GGUF",
    ollama: "导出到 Ollama",
    mlx: "导出 MLX",
    onnx: "导出 ONNX",
    "training-script": "导出训练脚本",
    "llama-factory": "导出 LLaMA-Factory YAML",
    axolotl: "导出 Axolotl YAML",
    unsloth: "导出 Unsloth notebook",
  },
  weightsOf: (title: string) => `${title}的权重`,
  variant: (type: ExportType | null, bytes: number) =>
    `${type === "base" || type === null ? "与基座相同" : storedNames[type]} · ${format.bytes(bytes)}`,
  size: {
    file: (bytes: number, intoFolder: boolean) =>
      intoFolder
        ? `一个约 ${format.bytes(bytes)} 的文件，直接写入你选择的文件夹。`
        : `一个约 ${format.bytes(bytes)} 的文件。`,
    folder: (bytes: number, intoFolder: boolean) =>
      intoFolder
        ? `约 ${format.bytes(bytes)}，直接写入你选择的文件夹。`
        : `约 ${format.bytes(bytes)} 的 zip。`,
  },
  readBy: (readers: readonly string[]) => `可用于 ${readers.join("、")}。`,
  note: (note: ExportNote) => {
    switch (note.code) {
      case "widened":
        return widened[note.how];
      case "bytes-kept":
        return "在基座模型文件中已量化的层，除非适配器改动了它，否则逐字节复制。";
      case "rows-in-f16":
        return `有 ${format.integer(note.tensors)} 个矩阵以 f16 存储，因为行长不是 32 的倍数。`;
      case "window-lost":
        return `${note.program} 会忽略模型的滑动窗口，因此超过 ${format.integer(note.tokens)} 个 token 的文本回答会不同。`;
      case "base-needed":
        return baseNeeded[note.format];
    }
  },
  gaps: {
    title: (count: number) => `在那里有何不同（${format.integer(count)}）`,
    sentences: trainerGaps,
  },
  usage: { python: "在 Python 中", shell: "在终端中", javascript: "在 JavaScript 中" },
  usageCopy: (button: string) => `复制“${button}”的代码`,
  trial: {
    question: "问题",
    example: "What is a lantern?",
    button: "在这里试用 ONNX",
    running: "正在用 onnxruntime-web 运行",
    result: ({ tokens: count, agreeing, largestDifference }: OnnxTrial) =>
      agreeing === count
        ? `引擎选出了相同的 ${tokens(count)}。logit 最大差异：${format.share(largestDifference)}。`
        : `引擎在 ${format.integer(count)} 处中有 ${format.integer(agreeing)} 处选出了相同的 token。logit 最大差异：${format.share(largestDifference)}。`,
  },
  planned: "按“数据”“方法”和“训练”中的设置导出，无需先在这里训练。",
  making: "正在导出",
  withOptimizer: "包含优化器状态",
  withOptimizerHint: (bytes: number) =>
    `在这里重新加载后，训练会从停止处原样继续。增加 ${format.bytes(bytes)}；其他库会忽略它。`,
  none: "还没有适配器。训练一个，或在下面加载一个。",
  saved: (name: string, bytes: number) => `已保存 ${name}（${format.bytes(bytes)}）。`,
  facts: {
    name: "适配器",
    method: "方法",
    origin: "来源",
    steps: "步数",
    loss: "最终损失",
    validation: "验证损失",
    trainable: "可训练参数",
    size: "大小",
  },
  origin: { trained: "在这里训练", imported: "导入" },
  file: "适配器文件",
  importTitle: "加载适配器",
  drop: "将适配器的文件夹或 zip 拖到此处，或点击选择",
  dropHint: "适用于当前模型，由本站、PEFT 或 adapters 库生成。",
  importing: "正在读取适配器…",
  needsModel: "请先加载该适配器的基座模型。",
} satisfies Translation<Text["export"]>;
