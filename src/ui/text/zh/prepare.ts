import type { TextEncoding } from "../../../lib/problems/dataset-faults";
import type { ColumnRole, ContainerId, FormatId } from "../../../shared/data";
import type { ModelSummary } from "../../../shared/model";
import type { Text, Translation } from "../translation";
import { brokenFile, encodingNames, rowFault } from "./dataset-faults";
import { format } from "./format";
import { counted, rows, tokens } from "./words";

/** Maximum number of characters shown of a value from a file. */
const LONGEST_VALUE = 40;

/* Texts of the steps before a run: Data, Model, Method. */

const formatNames: Readonly<Record<FormatId, string>> = {
  alpaca: "Alpaca",
  messages: "messages",
  sharegpt: "ShareGPT",
  "prompt-completion": "prompt/completion",
  "question-answer": "question/answer",
  dolly: "Dolly",
  text: "纯文本",
  preference: "偏好",
  "instruction-preference": "偏好",
  labelled: "带标签的回答",
  columns: "自选列",
};

const containerNames: Readonly<Record<ContainerId, string>> = {
  json: "JSON",
  "json-lines": "JSON Lines",
  csv: "CSV",
  tsv: "TSV",
  parquet: "Parquet",
  "plain-text": "纯文本",
};

export const data = {
  intro: "问题和你想要的回答、对话，或纯文本。拖入文件，或从示例开始。",
  stillInUse: (name: string) => `仍在使用“${name}”。`,
  samples: "示例",
  sampleTexts: {
    pirate: { title: "像海盗一样说话", teaches: "教一种新语气：每个回答都以“Arr!”开头，以“matey!”结尾。" },
    "copper-fiddle": {
      title: "了解一家店",
      teaches: "教新知识：一家虚构乐器店的营业时间、价格和店员。",
    },
    "json-answers": {
      title: "用 JSON 回答",
      teaches: "教一种格式：每个回答都是一个含主题和答案的小 JSON 对象。",
    },
    "short-answers": {
      title: "简短回答",
      teaches: "教一种偏好：两个回答中，简短的比啰嗦的好。",
    },
    "courtier-zh": {
      title: "像古代侍从一样说话",
      teaches: "教一种中文新语气：古代宫廷的侍从。请搭配 Qwen 模型使用。",
    },
  },
  file: "数据集文件",
  drop: "将文件拖到此处，或点击选择",
  dropHint:
    "JSON、JSONL、CSV、TSV、Parquet、文本或 Markdown，也可为压缩包：Alpaca、messages、ShareGPT、偏好数据等。文件不会离开这台电脑。",
  filesName: (first: string, others: number) =>
    others === 0 ? first : `${first} 及另外 ${format.integer(others)} 个文件`,
  folder: "选择文件夹",
  folderLabel: "数据集文件夹",
  validationFile: "验证文件",
  validationHint: "你自己的验证数据。不提供时，从数据集中留出一部分。",
  validationInUse: (name: string, count: number, kind: string) =>
    `用 ${name} 验证：${rows(count)}，${kind}。不使用“验证集比例”。`,
  removeValidation: "移除验证文件",
  format: "格式",
  formatName: (kind: FormatId, container: ContainerId | undefined) =>
    container === "plain-text"
      ? containerNames[container]
      : [
          container === undefined || container.startsWith("json") ? "" : containerNames[container],
          formatNames[kind],
        ]
          .filter((name) => name !== "")
          .join("，"),
  encoding: "编码",
  encodingName: (encoding: TextEncoding) =>
    encoding === "utf-16le" ? "UTF-16 LE" : encoding === "utf-16be" ? "UTF-16 BE" : encodingNames[encoding],
  encodingPreview: "按此编码读取的内容",
  columns: "列",
  columnsHint: "请指定各列的用途。只有文本列时，学习其中的每个词。",
  columnFor: (role: ColumnRole) => `${role} 对应的列`,
  columnNumber: (column: string) => `第 ${column} 列`,
  noColumn: "无",
  headings: "第一行是列名",
  useColumns: "使用这些列",
  columnTemplate: "文本模板",
  columnTemplateHint:
    "把多列组合在一起，用花括号写列名：“问题：{q}”。它代替指令；没有输出列时代替文本。列表中每一项占一行。",
  cut: "纯文本划分为",
  cutHint: "各文档用结束 token 连接，再按最大长度切块；学习每一个 token。",
  cuts: {
    whole: "每个文件一篇文档",
    document: "按文本结束标记和空行间的分隔线划分文档",
    "blank-line": "按空行划分文档",
  },
  problemFile: (file: string, row: number | null) =>
    row === null ? file : `${file}，第 ${format.integer(row)} 行`,
  textRows: "纯文本：各文档用结束 token 连接，再按最大长度切块；学习每一个 token。",
  preferenceRows: (count: number) =>
    `${rows(count)}带有偏好：两个回答都保留。在“方法”的“要学习什么？”中决定是学习哪个更好，还是只学习优质回答。`,
  labelledRows: (count: number) =>
    `${rows(count)}带有标签。在“方法”的“要学习什么？”中决定是学习哪些回答更好，还是只学习标为 true 的。`,
  flaggedRows: (count: number) =>
    `文件在 ${rows(count)}中标记了要学习的回答。如何使用由“训练”中的“学习哪些回答”决定。`,
  toolsLeftOut: "模板不支持工具列表，因此模型看不到该列表。",
  toolsLeftOutRows: (count: number) => `模板不支持工具列表：有 ${rows(count)}模型看不到它。`,
  moreParts: (count: number) => `还有 ${format.integer(count)} 轮`,
  fromHub: "来自 Hugging Face Hub",
  hubFields: {
    repository: { label: "Hub 数据集", placeholder: "owner/name" },
    config: { label: "配置", placeholder: "default" },
    split: { label: "子集", placeholder: "train" },
    rows: { label: "行数", placeholder: "全部" },
  },
  hubHint: (host: string) => `以 Parquet 从 ${host} 直接下载到此浏览器；中断的下载再次获取时会继续。`,
  hubAccess: "其他 Hub，或访问令牌",
  getDataset: "获取数据集",
  sameFile: (name: string) => `这个文件已经在这里了，名为“${name}”。`,
  useKnown: "使用已有的",
  importAgain: "再次导入",
  paste: "改为粘贴数据",
  pasteLabel: "粘贴的数据",
  pastePlaceholder: '[{"instruction": "打个招呼。", "input": "", "output": "你好！"}]',
  pasteButton: "导入粘贴的数据",
  pastedName: "粘贴的数据",
  rowCount: rows,
  importing: "正在导入",
  datasets: "你的数据集",
  use: (name: string) => `使用 ${name}`,
  remove: (name: string) => `删除 ${name}`,
  removeAsk: (name: string, count: number) => `删除“${name}”及其 ${rows(count)}？`,
  removeYes: "删除",
  removeNo: "保留",
  rows: "行数",
  problems: "问题",
  duplicates: "重复",
  size: "大小",
  none: "无",
  examples: "数据行",
  earlier: "上一页",
  later: "下一页",
  rowNumber: (row: number) => `第 ${format.integer(row)} 行`,
  showTokens: "查看 token",
  tokensShown: "token 见下方",
  ofRow: (what: string, row: number) => `${what}：第 ${format.integer(row)} 行`,
  emptyField: "空",
  rowsInUse: (inUse: number, all: number) =>
    inUse === all ? format.integer(all) : `使用 ${format.integer(inUse)} / ${format.integer(all)}`,
  duplicatesOfFile: "文件中的重复",
  searchRows: "搜索数据行",
  rowFilter: "列出哪些行",
  rowFilters: {
    all: "所有行",
    problems: "不参与学习的",
    cut: "因最大长度被截断的",
    long: "较长的",
    "left-out": "你略去的",
    changed: "你修改过的",
  },
  minTokens: "至少多少 token",
  noRowFound: "没有符合条件的行。",
  editRow: "编辑",
  leaveOut: "略去",
  putBack: "放回",
  isLeftOut: "已略去",
  isChanged: "已修改",
  saveRow: "保存此行",
  cancelRow: "取消",
  addRow: "添加一行",
  sampleRows: "抽样",
  sampleCount: "保留行数",
  sampleHint: (count: number) => `从使用中的 ${rows(count)}里抽取。其余略去，可以放回。`,
  sampleTake: "保留这些",
  removeDuplicates: "去重",
  alike: "视为重复的条件",
  measures: { exact: "完全相同", normalised: "忽略大小写和空白后相同" },
  counting: "正在统计…",
  duplicateCount: (count: number) => (count === 0 ? "没有重复的行。" : `有 ${rows(count)}与前面的行重复。`),
  leaveOutRows: (count: number) => (count === 0 ? "略去它们" : `略去 ${rows(count)}`),
  exportRows: "导出为 JSONL",
  undoEdit: "撤销",
  resetEdits: "全部恢复为文件内容",
  broken: "文件不完整；中断之前的行已导入。",
  brokenFile,
  rowFault,
  readAs: (encoding: TextEncoding) => `按 ${encodingNames[encoding]} 读取`,
  emptyAnswers: (count: number) => `有 ${rows(count)}的回答为空：会教模型什么都不说。`,
  problemsTitle: (count: number) => `略去了 ${rows(count)}`,
  problemRow: (row: number | null) => (row === null ? "文件" : `第 ${format.integer(row)} 行`),
  moreProblems: (count: number) => `还有 ${format.integer(count)} 个`,
  ignored: (fields: readonly string[]) => `未使用的字段：${format.list(fields)}。`,
  template: "提示词模板",
  templateHint: "如何把一行数据变成模型读取的文本。在任何地方使用该适配器都要用同一个模板。",
  templates: {
    chat: "模型自带的对话模板",
    chatml: "ChatML",
    llama2: "Llama 2",
    llama3: "Llama 3",
    mistral: "Mistral",
    gemma: "Gemma",
    qwen: "Qwen",
    zephyr: "Zephyr",
    vicuna: "Vicuna",
    deepseek: "DeepSeek",
    phi: "Phi",
    alpaca: "Stanford Alpaca",
    "human-assistant": "Human: … Assistant:",
    "instruction-answer": "Instruction / Input / Answer",
    plain: "简单：问题，然后回答",
    custom: "你自己的对话模板",
  },
  endReplaced: (token: string, end: string) =>
    `模型的分词器没有 ${token} 这个 token，改用它自己的结束 token ${end} 结束回答。`,
  tokensMissing: (missing: readonly string[]) =>
    `模型的分词器缺少 ${format.list(missing)}：它们会被拆成多个 token，模型要当作普通文字来学。`,
  editTemplate: "编辑模板",
  templateSource: "模板源码",
  templateSourceHint:
    "Jinja 语法，与 transformers 相同。修改后立即生效；下方的 token 显示它写出什么、学习什么。训练、对话和导出都会保留它。",
  noChatTemplate: (title: string) => `${title}（此模型没有）`,
  tokenTitle: (row: number) => `模型读到的第 ${format.integer(row)} 行`,
  tokensNeedModel: "加载模型后显示 token。",
  legend: {
    template: "模板",
    prompt: "你的问题",
    answer: "回答：学习这部分",
    special: "特殊 token",
  },
  spokenPart: (part: string) => ` ${part}：`,
  tokensTogether: " 个 token",
  truncated: "在最大长度处被截断。",
  endCut: "回答被截断，因此模型不能从这一行学到在哪里停止。",
  systemInQuestion: "模型的模板不支持系统提示词：它被放在第一个问题之前。",
  askedDifferently:
    "提问时，模板会在回答前加上此行没有的文本，例如打开的思考块。该行按模板渲染的完整回答来学习。",
  moreTokens: (count: number) => `再显示 ${format.integer(count)} 个 token`,
  tokenCount: (count: number, learned: number) => `${tokens(count)}，学习其中 ${format.integer(learned)} 个`,
  lengthsTitle: "长度",
  lengthsLabel: (count: number, longest: number, max: number) =>
    `${rows(count)}的长度直方图。最长 ${tokens(longest)}，最大长度 ${format.integer(max)}。`,
  maxLength: (max: number) => `最大长度 ${format.integer(max)}`,
  longest: (count: number) => `最长 ${tokens(count)}`,
  learnedShare: (share: number) => `学习全部 token 的 ${format.share(share)}`,
  cutRows: (cut: number) => `${rows(cut)}在最大长度处被截断`,
  endCutRows: (count: number) => `${rows(count)}在回答中间被截断：学不到结尾`,
  excludedRows: (count: number, firstRow: number, reason: string) =>
    `略去了 ${rows(count)}（第一个：第 ${format.integer(firstRow)} 行）。${reason}`,
  systemInQuestionRows: (count: number) =>
    `模型的模板不支持系统提示词：有 ${rows(count)}将其放在第一个问题之前。`,
  askedDifferentlyRows: (count: number) =>
    `提问时，模板会在回答前加上有 ${rows(count)}没有的文本，例如打开的思考块。这些行按模板渲染的完整回答来学习。`,
} satisfies Translation<Text["data"]>;

export const model = {
  intro: "要微调的模型。多数方法不改变它的权重，只训练一小部分附加参数。",
  select: "基座模型",
  choose: "选择模型",
  fromFiles: "正在读取文件",
  file: "模型文件",
  drop: "将 Hugging Face 文件夹或 GGUF 文件拖到此处，或点击选择文件",
  dropHint:
    "config.json、tokenizer.json 和全部 *.safetensors；或一个 *.gguf。支持 Llama、Mistral、Qwen 2 和 3、Gemma 3、Phi-3、SmolLM3、Granite、OLMo 2、StarCoder 2、GPT-NeoX、GPT-2、OPT、BLOOM、T5 和 mT5 系列。",
  nf4: "以 4 位加载（NF4）",
  nf4Hint: "各层占用的显存约为 f16 的四分之一，同 QLoRA，精度略有损失。已量化的权重保持原样。",
  nf4Block: "量化块大小",
  nf4BlockHint: "QLoRA 用 64。256 最多节省十二分之一的显存，但精度更低。",
  nf4Double: "对缩放系数也量化（双重量化）",
  nf4DoubleHint: "块大小为 64 时节省十二分之一的显存，256 时很少；精度几乎不受影响。",
  folder: "选择文件夹",
  folderLabel: "模型文件夹",
  loading: "正在加载模型",
  builtIn: "内置",
  kept: "你的文件",
  fromHub: (host: string) => `来自 ${host}`,
  keptSince: (where: string, time: number) => `${where}，保存于 ${format.date(time)}`,
  fromThisMachine: "来自这台电脑",
  library: (count: number, bytes: number) =>
    `这台电脑上保存了 ${counted(count, "个模型")}，共 ${format.bytes(bytes)}。`,
  storage: (used: number, left: number) => `共使用 ${format.bytes(used)}，剩余 ${format.bytes(left)}。`,
  remove: (title: string) => `删除 ${title}`,
  removeAsk: (title: string, bytes: number) => `删除“${title}”并释放 ${format.bytes(bytes)}？`,
  orphans: {
    title: "没有所属模型",
    hint: "它们在此浏览器的存储中，但所属的模型不在。在你删除之前会一直保留；重新加载该模型的文件后会再次归属于它。",
    noName: "未知模型的文件",
    kinds: { adapter: "适配器", run: "中断的训练", files: "文件" },
    delete: "删除",
    deleteOf: (name: string) => `删除 ${name}`,
    ask: (name: string, bytes: number) => `删除“${name}”并释放 ${format.bytes(bytes)}？`,
    yes: "删除",
    no: "保留",
  },
  removeYes: "删除",
  removeNo: "保留",
  use: (title: string) => `使用 ${title}`,
  useShort: "使用",
  inUse: "使用中",
  tokens,
  facts: {
    family: "系列",
    parameters: "参数量",
    size: "磁盘占用",
    license: "许可证",
    precision: "精度",
    layers: "层数",
    hidden: "隐藏维度",
    vocabulary: "词表大小",
    context: "上下文长度",
    gpu: "显存",
    unread: "忽略的设置",
  },
  unread({ config, generation }: ModelSummary["unread"]): string | null {
    const answers = generation.map(({ key, value }) =>
      value.length > LONGEST_VALUE ? `${key} ${value.slice(0, LONGEST_VALUE)}…` : `${key} ${value}`,
    );
    const parts = [
      ...(config.length > 0 ? [`config.json：${config.join("、")}`] : []),
      ...(answers.length > 0 ? [`generation_config.json：${answers.join("、")}`] : []),
    ];
    return parts.length > 0 ? parts.join("；") : null;
  },
  precision: (types: readonly string[]) => types.join(" 和 "),
  unknownLicense: "未说明",
  none: "还没有模型。请拖入模型文件。",
} satisfies Translation<Text["model"]>;

export const method = {
  intro: "训练什么，训练多少。",
  label: "方法",
  explain: "说明每个选项",
  more: "更多选项",
  reset: "恢复默认",
  trainable: "可训练参数",
  share: "占模型比例",
  fileSize: "适配器文件",
  others: "更多方法",
  measured: (loss: number, ratio: number, bytes: number) =>
    `验证损失 ${format.loss(loss)}，用时为 LoRA 的 ${format.fixed(ratio, 1)} 倍，${format.bytes(bytes)}。`,
  measuredOn: (loraLoss: number) =>
    `在内置模型和海盗示例上测得；LoRA 的验证损失为 ${format.loss(loraLoss)}。`,
  moduleList: (count: number) => `将训练 ${format.integer(count)} 个模块`,
  needsModel: "加载模型后显示参数量。",
  suggestions: "此模型的层",
  tree: "在模型中选择",
  matching: (count: number, of: number) => `匹配 ${format.integer(count)} / ${format.integer(of)} 层`,
  parameters: (count: number) => `${format.integer(count)} 个参数`,
  someOf: (count: number, of: number) => `${format.integer(count)} / ${format.integer(of)}`,
  trainingMemory: "额外显存",
  reader: "可加载于",
  readers: { peft: "PEFT", adapters: "AdapterHub", transformers: "transformers", luthier: "仅 Luthier" },
  noAdapters: (names: readonly string[]) =>
    `此模型还没有合适的适配器。请用 ${format.either(names)} 训练一个，或在“导出”中加载一个。`,
  expertsWithin: (name: string) => `“${name}”中包含的适配器`,
  findAdapter: "查找适配器",
  moreAdapters: (count: number) => `还有 ${format.integer(count)} 个：输入部分名称即可查找`,
} satisfies Translation<Text["method"]>;
