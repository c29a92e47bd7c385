import type { ScoreProblems } from "../../../../lib/problems/score-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { regexFault } from "../regex-faults";

export const scoreProblems = {
  "data/nothing-to-score": ({ leftOut }) => ({
    what: leftOut > 0 ? "没有可以评分的行：过长，或模板不接受。" : "没有要评分的行。",
    advice: "请在“训练”中留出验证数据（验证集比例），或选择测试文件。",
  }),
  "data/nothing-to-ask": ({ leftOut }) => ({
    what: leftOut > 0 ? "没有可以提问的提示词：过长，或模板不接受。" : "文件中没有提示词。",
    advice: "请选择每行含一个提示词的文件：prompt、instruction、question 或 messages；或 .txt 文件每行一条。",
  }),
  "config/score-pattern": ({ pattern, fault }) => ({
    what: `“${pattern}”不是受支持的 Python 正则表达式${fault ? `：${regexFault(fault)}` : ""}。`,
    advice: "请改正，或留空。",
  }),
} satisfies Partial<ProblemTexts<ScoreProblems>>;
