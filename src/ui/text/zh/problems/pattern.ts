import type { PatternProblems } from "../../../../lib/problems/pattern-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { regexFault } from "../regex-faults";

const LIST_NAMES = "请写用逗号分隔的模块名、更简单的正则表达式，或 all-linear。";

export const patternProblems = {
  "config/pattern-endless": ({ pattern }) => ({
    what: `正则表达式${shown(pattern)}匹配耗时过长。`,
    advice: LIST_NAMES,
  }),
  "config/pattern-unreadable": ({ pattern, fault }) => ({
    what: `${shown(pattern)}不是受支持的 Python 正则表达式：${regexFault(fault)}。`,
    advice: LIST_NAMES,
  }),
} satisfies Partial<ProblemTexts<PatternProblems>>;

function shown(pattern: string): string {
  return `“${pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern}”`;
}
