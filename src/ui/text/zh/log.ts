import type { LogLine } from "../../../protocol/log";
import type { Problem } from "../../../lib/problems/problem";
import * as english from "../en/log";
import { format } from "./format";
import { problem } from "./problems";

const sentences = (told: Problem): string => {
  const { what, advice } = problem(told);
  return `${what}${advice}`.trim();
};

/** A line of the run's log. */
export function logLine(line: LogLine): string {
  switch (line.kind) {
    case "resumed":
      return `从第 ${line.step} / ${line.totalSteps} 步之后继续。`;
    case "optimizer-resumed":
      return `沿用第 ${line.steps} 步的优化器状态。`;
    case "warmup-cut":
      return `预热 ${format.integer(line.taken)} 步而不是 ${format.integer(line.asked)} 步，因为总共只有 ${format.integer(line.totalSteps)} 步。`;
    case "weighing":
      return `正在用 ${line.texts} 条文本估计每个权重的重要性，以选出要训练的权重。`;
    case "weighed":
      return `已用 ${line.done} / ${line.texts} 条文本估计重要性。`;
    case "comparing":
      return `正在计算训练前模型对 ${format.integer(line.pairs)} 对回答的概率。`;
    case "compared":
      return `已计算 ${format.integer(line.done)} / ${format.integer(line.pairs)} 对。`;
    case "selected":
      return `从现在起训练 ${format.integer(line.numbers)} 个权重，其余保持冻结。`;
    case "stopping-early":
      return `提前停止：连续 ${line.measurements} 次评估，验证损失没有改善。`;
    case "best-taken":
      return `已恢复第 ${line.step} 步的权重，其验证损失最低：${format.fixed(line.loss, 4)}。`;
    case "kernel-broken":
      return `${problem(line.problem).what}如果有其他内核可以完成，则改用该内核。`;
    case "samples-ended":
      return `不再试答：${sentences(line.problem)}`;
    case "problem":
      return sentences(line.problem);
    default:
      return english.logLine(line);
  }
}
