import type { PlacedRegexFault, RegexFault } from "../../../lib/problems/pattern-problems";

const placed: Readonly<Record<PlacedRegexFault, string>> = {
  "unknown-group": "未知的组",
  "flags-not-at-start": "全局标志不在开头",
  escape: "无效的转义",
  "character-range": "无效的字符范围",
  unbalanced: "括号不匹配",
  "unexpected-end": "意外结束",
  "nothing-to-repeat": "没有可重复的内容",
  "group-not-closed": "组没有闭合",
  "repeat-range": "最小重复次数大于最大次数",
  "multiple-repeat": "多重重复",
};

/** Describes a fault of a regular expression, as part of a sentence. */
export function regexFault(fault: RegexFault): string {
  if ("position" in fault) return `位置 ${fault.position} 处${placed[fault.kind]}`;
  switch (fault.kind) {
    case "back-reference":
      return "不支持反向引用";
    case "conditional-group":
      return "不支持条件组";
    case "ascii-or-locale-flag":
      return "不支持标志 a 和 L";
    case "escape":
      return "无效的转义";
    case "character-class":
      return `无效的字符类 ${fault.source}`;
  }
}
