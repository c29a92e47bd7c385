import type { FitOptions } from "../../../shared/forecast";
import type { Text, Translation } from "../translation";
import { format } from "./format";
import { trainingOptions } from "./options";

/* Texts of the run forecast in the Train step. */

export const forecast = {
  title: "这次训练需要什么",
  parts: {
    weights: "模型权重",
    activations: "激活值",
    adapter: "适配器",
    optimizer: "优化器状态",
    inputs: "输入",
    others: "为回答保留",
  },
  of: (total: number, budget: number) => `${format.bytes(total)} / ${format.bytes(budget)}`,
  barLabel: (total: number, budget: number) =>
    `训练需要 ${format.bytes(total)} 显存，可用 ${format.bytes(budget)}。`,
  waiting: "选择数据集和模型后，这里会显示训练需要什么。",
  budget: "显存（GB）",
  budgetHint: (assumed: number, largest: number) =>
    `浏览器不提供显存大小，这里假定为 ${format.bytes(assumed)}，请填写实际值。单个缓冲区最多 ${format.bytes(largest)}。`,
  budgetProblem: "请输入大于 0 的数。",
  tooMuch: (over: number) => `这次训练所需显存超出 ${format.bytes(over)}`,
  oversized: (bytes: number, most: number) =>
    `一个中间结果需要 ${format.bytes(bytes)}，而此 GPU 一次最多处理 ${format.bytes(most)}。请缩短行或减小批大小。`,
  changesLead: "以下任一改动都可以放得下：",
  noChange: "这些选项都不足以放下，请换用更小的模型。",
  kinds: {
    checkpointing: "结果相同，约慢三分之一",
    batch: "每步行数不变",
    length: "更长的行会被截断",
    together: "以上全部一起",
    quantization: "以 4 位重新加载模型的各层",
  },
  change: (options: FitOptions) =>
    Object.entries(options)
      .map(([name, value]) => {
        const { label } = trainingOptions[name as keyof FitOptions];
        return value === true ? label : `${label} ${value}`;
      })
      .join("，"),
  quantise: "以 NF4 加载模型",
  notEnough: "单独使用还不够",
  time: "时间",
  measure: "测量速度",
  measuring: "正在测量…",
  unmeasured: (steps: number) =>
    `共 ${format.integer(steps)} 步。要了解所需时间，可测量几秒钟，或直接开始训练。`,
  measured: (steps: number, totalMs: number, stepMs: number, tokensPerSecond: number) =>
    `${format.integer(steps)} 步${format.about(totalMs)}，每步 ${format.step(stepMs)}，按实测每秒 ${format.rate(tokensPerSecond)} 个 token 计算。`,
  mixed: (rows: number, mixed: number, name: string, share: number) => {
    const counted = `每轮训练 ${format.integer(rows)} 行，其中 ${format.integer(mixed)} 行（${format.done(mixed / rows)}）来自 ${name}`;
    return mixed + 1 < rows * share
      ? `${counted}：它的行数不足以达到 ${format.done(share)}。文本块按行计算。`
      : `${counted}。文本块按行计算。`;
  },
} satisfies Translation<Text["forecast"]>;
