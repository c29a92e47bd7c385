import type { TokenizerProblems } from "../../../../lib/problems/tokenizer-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { regexFault } from "../regex-faults";

const OTHER_TEMPLATE = "请改正模板，或选择其他提示词模板。";
const RENEW = "请重新下载 tokenizer.json，或用当前版本的 transformers 重新保存。";
const AGAIN = "请重新下载 tokenizer.json。";

export const tokenizerProblems = {
  "tokenizer/not-built": ({ reason }) => ({
    what: `无法构建 tokenizer.json 描述的分词器：${reason}。`,
    advice: RENEW,
  }),
  "tokenizer/id-out-of-range": ({ token, id, tokens }) => ({
    what: `tokenizer.json 中 token“${token}”的 id 为 ${id}，而总共只有 ${tokens} 个 token。`,
    advice: AGAIN,
  }),
  "tokenizer/text-grows": () => ({
    what: "tokenizer.json 中的规范化会使文本无限增长。",
    advice: AGAIN,
  }),
  "tokenizer/too-many-parts": ({ most }) => ({
    what: `tokenizer.json 中的规范化、预分词或解码器超过 ${most} 个部分。`,
    advice: RENEW,
  }),
  "tokenizer/part": ({ place, type, key }) => ({
    what:
      key === null
        ? `tokenizer.json 的 ${place} 类型为“${type}”，Luthier 不支持。`
        : `tokenizer.json 的 ${place}“${type}”中 ${key} 的值不受 Luthier 支持。`,
    advice: "请选择使用其他分词器的模型。",
  }),
  "tokenizer/config-key": ({ key }) => ({
    what: `tokenizer_config.json 设置了 ${key}，Luthier 不支持此分词器这样设置。`,
    advice: "请选择使用其他分词器的模型。",
  }),
  "tokenizer/text-failed": ({ reason }) => ({
    what: `tokenizer.json 描述的分词器处理文本失败：${reason}。`,
    advice: RENEW,
  }),
  "tokenizer/pattern-endless": ({ pattern }) => ({
    what: `tokenizer.json 中有不会终止的正则表达式：${pattern}`,
    advice: RENEW,
  }),
  "tokenizer/pattern-unreadable": ({ pattern, fault }) => ({
    what: `tokenizer.json 中有无法使用的正则表达式（${regexFault(fault)}）：${pattern}`,
    advice: RENEW,
  }),
  "tokenizer/no-chat-template": () => ({
    what: "此模型没有对话模板。",
    advice: "请选择其他提示词模板。",
  }),
  "tokenizer/template-unreadable": ({ reason, line }) => ({
    what: `无法读取对话模板，第 ${line} 行：${reason}。`,
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/template-unfinished": () => ({
    what: "对话模板过早结束：有块、表达式或注释没有闭合。",
    advice: OTHER_TEMPLATE,
  }),
  "tokenizer/template-endless": () => ({ what: "对话模板不会终止。", advice: OTHER_TEMPLATE }),
  "tokenizer/chat-refused": ({ reason }) => ({
    what: `对话模板不接受此对话：${reason}。`,
    advice: `请修改对话（角色、系统提示词、空轮次）。或者${OTHER_TEMPLATE}`,
  }),
  "tokenizer/template-failed": ({ reason, line }) => ({
    what: `对话模板处理此对话失败${line ? `，第 ${line} 行` : ""}：${reason}。`,
    advice: OTHER_TEMPLATE,
  }),
} satisfies Partial<ProblemTexts<TokenizerProblems>>;
