import { hasForgotten } from "../../../shared/run-verdict";
import { type ScoreId, scoreSpecs, type ScoredSource } from "../../../shared/scores";
import type { Text, Translation } from "../translation";
import { format } from "./format";
import { rows } from "./words";

/* Texts of the scorecard. */

export const scores = {
  title: "评分表",
  intro: "两边在同样的行上、按训练时的方式提问：它们认为标准答案有多可能，以及它们自己如何回答。",
  options: "评分内容",
  start: "评分",
  scoring: "正在评分",
  rows: "数据行",
  heldOut: "未参与训练的验证行",
  file: "测试文件中的行",
  chooseFile: "选择文件",
  blocked: {
    training: "训练结束后才能评分。",
    model: "评分需要先加载模型。",
    data: "评分需要数据集：请在“数据”中选择。",
    form: "请先改正选项。",
    busy: "等当前任务完成后才能评分。",
  },
  source: (source: ScoredSource, count: number, leftOut: number) =>
    [
      `${sourceWords(source)}的 ${rows(count)}`,
      ...(leftOut > 0 ? [`略去 ${rows(leftOut)}：过长，或模板不接受`] : []),
    ].join("；"),
  made: (time: number) => `评分于 ${format.date(time)}`,
  leaks: (leaked: number, questions: number) =>
    [
      ...(leaked > 0 ? [`其中 ${rows(leaked)}也在训练数据中。`] : []),
      ...(questions > 0 ? [`有 ${format.integer(questions)} 个问题以其他回答参与了训练。`] : []),
      "在这些行上的分数反映的是记忆。",
    ].join(""),
  forgetting: (questions: number, losses: readonly number[]) => {
    const [before = 0, after = 0] = [losses[0], losses.at(-1)];
    const shown = losses.map((loss) => format.loss(loss)).join(" → ");
    const says =
      losses.length < 2
        ? ""
        : hasForgotten({ before, after })
          ? "它遗忘了其他内容。"
          : after > before + 0.1
            ? "其他问题答得略差一些。"
            : "它没有遗忘其他内容。";
    return `${questions} 个日常问题上的损失：${shown}。${says}`;
  },
  summary: "分数",
  score: "指标",
  difference: "差值（95% 置信区间）",
  counts: "更好 / 相同 / 更差",
  tally: (better: number, same: number, worse: number) =>
    [better, same, worse].map((count) => format.integer(count)).join(" / "),
  value: (id: ScoreId, value: number) => valueWords(id, value),
  change: (id: ScoreId, value: number) => changeWords(id, value),
  range: (low: string, high: string) => `${low} 到 ${high}`,
  names: {
    loss: "损失",
    perplexity: "困惑度",
    tokenAccuracy: "token 准确率",
    exact: "完全一致",
    normalised: "规范化后一致",
    contains: "包含标准答案",
    chrf: "chrF",
    rougeL: "ROUGE-L",
    json: "有效 JSON",
    regex: "匹配正则",
    ended: "自行结束",
    repetition: "重复",
    length: "长度（token）",
    acc: "选择题（acc）",
    accNorm: "选择题（acc_norm）",
  },
  hints: {
    loss: "标准答案各 token 的平均值。",
    perplexity: "损失的指数。",
    tokenAccuracy: "标准答案中概率最高的 token 所占比例。",
    exact: "回答与标准答案逐字相同。",
    normalised: "忽略大小写、标点和空白后相同。",
    contains: "回答中包含标准答案。",
    chrf: "共同的字符片段，0 到 100，与 sacrebleu 一致。",
    rougeL: "最长公共词序列，与 rouge-score 一致。",
    json: "只计标准答案为 JSON 的行。",
    regex: "回答中能找到该正则。",
    ended: "没有因达到最大长度而截断。",
    repetition: "此前出现过的四个 token 的片段。",
    length: "回答的 token 数。",
    acc: "标准答案是所有标准答案中概率最高的。",
    accNorm: "同上，按字符数归一化。",
  },
  answers: "回答",
  question: "问题",
  expected: "标准答案",
  sortBy: "排序",
  orders: { rows: "按行的顺序", worst: "变差最多的在前", best: "变好最多的在前" },
  byScore: "依据指标",
  onlyWorse: "只看变差的",
  noneWorse: "按此指标没有变差的行。",
  open: (row: number) => `在“对比”中提问第 ${row} 行`,
  openShort: "再问一次",
  earlier: "上一页",
  later: "下一页",
  csv: "另存为 CSV",
  jsonl: "另存为 JSONL",
  fileBase: "luthier-scores",
} satisfies Translation<Text["scores"]>;

export const batch = {
  title: "批量回答",
  intro:
    "输入一个提示词文件，输出一个回答文件：JSON Lines、JSON、CSV 或 Parquet，包含提示词、指令、问题或 messages，或 .txt 文件每行一条。由右侧按上面的回答选项作答。",
  chooseFile: "选择提示词文件",
  start: "全部回答",
  answering: "正在回答",
  paused: "已暂停",
  pause: "暂停回答",
  resume: "继续回答",
  done: (answered: number, prompts: number, leftOut: number) =>
    [
      `已回答 ${format.integer(answered)} / ${format.integer(prompts)} 条`,
      ...(leftOut > 0 ? [`略去 ${format.integer(leftOut)} 条：过长，或模板不接受`] : []),
    ].join("；"),
  csv: "回答另存为 CSV",
  jsonl: "回答另存为 JSONL",
  fileBase: "luthier-answers",
} satisfies Translation<Text["batch"]>;

export const scoreOptions = {
  limit: { label: "最多行数", hint: "只取前这么多行。" },
  maxNewTokens: { label: "最长回答", hint: "以 token 计。" },
  pattern: {
    label: "回答的正则表达式",
    hint: "统计能找到它的回答，使用 Python 语法。留空则没有这项指标。",
    placeholder: "^\\d+ 个苹果$",
  },
} satisfies Translation<Text["scoreOptions"]>;

function sourceWords(source: ScoredSource): string {
  switch (source.kind) {
    case "held-out":
      return `从 ${source.dataset} 留出`;
    case "sample":
      return `${source.dataset} 自带验证文件`;
    case "validation":
      return `${source.dataset} 的验证文件`;
    case "file":
      return source.name;
  }
}

function isShare(id: ScoreId): boolean {
  return scoreSpecs[id].unit === "share";
}

/** A signed difference; shares are given in percentage points. */
function changeWords(id: ScoreId, value: number): string {
  const [size, decimals] = isShare(id) ? [100 * value, 1] : [value, scoreSpecs[id].unit === "number" ? 3 : 1];
  const shown = format.fixed(Math.abs(size), decimals);
  if (Number(Math.abs(size).toFixed(decimals)) === 0) return shown;
  return `${size < 0 ? "−" : "+"}${shown}`;
}

function valueWords(id: ScoreId, value: number): string {
  if (isShare(id)) return format.share(value);
  if (id === "loss") return format.loss(value);
  return format.fixed(value, 1);
}
