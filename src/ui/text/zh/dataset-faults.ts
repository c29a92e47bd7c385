import type {
  FileBreak,
  JsonBreak,
  JsonFault,
  JsonKind,
  RowFault,
} from "../../../lib/problems/dataset-faults";
import * as english from "../en/dataset-faults";
import { format } from "./format";

/* Faults of a dataset's file or of one of its rows. */

export const { encodingNames } = english;

const kinds: Readonly<Record<JsonKind, string>> = {
  null: "null",
  list: "列表",
  object: "对象",
  text: "文本",
  number: "数字",
  boolean: "布尔值",
};

const expected: Readonly<Record<(JsonFault & { kind: "expected" })["what"], string>> = {
  value: "一个值",
  "field-name": "带引号的字段名",
  colon: "字段名后的冒号",
  comma: "逗号或右括号",
  "file-end": "文件结尾",
};

function jsonFault(fault: JsonFault): string {
  switch (fault.kind) {
    case "ends-early":
      return "内容不完整";
    case "raw-control-character":
      return "字符串中有未转义的换行或控制字符";
    case "wrong-escape":
      return "字符串中有无效的转义序列";
    case "too-deep":
      return `列表和对象的嵌套超过 ${fault.maxDepth} 层`;
    case "unexpected":
      return `此处不应出现 ${JSON.stringify(fault.character)}`;
    case "expected":
      return `此处应为${expected[fault.what]}`;
  }
}

function lineBreak({ place, fault }: JsonBreak): string {
  return `第 ${place.column} 列，${jsonFault(fault)}`;
}

/** Continues a sentence that starts with "第 3 行". */
export function rowFault(fault: RowFault): string {
  switch (fault.kind) {
    case "not-an-object":
      return `是${kinds[fault.found]}，不是对象`;
    case "no-field":
      return `没有“${fault.field}”`;
    case "not-text":
      return `的“${fault.field}”是${kinds[fault.found]}，应为文本`;
    case "nul":
      return `的“${fault.field}”中有 NUL 字符`;
    case "half-character":
      return `的“${fault.field}”中有半个字符（孤立的代理项）`;
    case "history-form":
      return "的“history”不是由 [问题, 回答] 组成的列表";
    case "not-a-list":
      return `的“${fault.field}”是${kinds[fault.found]}，应为列表`;
    case "unread-list":
      return `的“${fault.field}”开头像列表，但既不是 JSON 也不是 Python 字面量；在 Python 中请用 json.dumps 写出`;
    case "turn-form":
      return `的“${fault.field}”中第 ${fault.turn} 轮不是含有 role 和 content（或 from 和 value）的对象`;
    case "unknown-role":
      return `的第 ${fault.turn} 轮使用了未知角色 ${JSON.stringify(fault.role)}`;
    case "turn-not-text":
      return `的第 ${fault.turn} 轮不是文本，而是 ${fault.found}`;
    case "call-form":
      return `的第 ${fault.turn} 轮中的工具调用缺少名称和参数`;
    case "no-answer":
      return "没有助手的回答";
    case "sides-differ":
      return "的两个回答一个是文本，另一个是列表";
    case "too-many-cells":
      return `有 ${fault.cells} 个单元格，但只有 ${fault.columns} 列`;
    case "broken-off":
      return `${fileBreak(fault.at)}。此前的有效行已保留`;
    case "line-too-long":
      return `超过 ${fault.maxMegabytes} MB`;
    case "not-json":
      return `不是有效的 JSON：第 ${fault.line} 行${fault.at ? `，${lineBreak(fault.at)}` : ""}`;
    default:
      return english.rowFault(fault);
  }
}

const archiveFaults: Readonly<Record<Extract<FileBreak, { kind: "archive" }>["fault"], string>> = {
  "no-directory": "没有目录",
  "directory-cut": "目录不完整",
  encrypted: "已加密",
  cut: "被截断",
};

/** Continues a sentence that starts with the file's name. */
export function fileBreak(at: FileBreak): string {
  switch (at.kind) {
    case "json":
      return `在第 ${at.place.line} 行第 ${at.place.column} 列中断：${jsonFault(at.fault)}`;
    case "page-too-large":
      return `有一页超过 ${at.maxMegabytes} MB；请以更小的页写入（在 pyarrow 中为 data_page_size）`;
    case "row-too-long":
      return `的第 ${at.row} 行超过 ${at.maxMegabytes} MB`;
    case "not-text": {
      const looks: string = at.looksLike ? `，看起来是 ${encodingNames[at.looksLike]}` : "";
      return `从第 ${at.byte} 字节起不是有效的 ${encodingNames[at.encoding]} 文本${looks}`;
    }
    case "utf-32":
      return "是 UTF-32 文本，不受支持";
    case "no-rows":
      return "是单个 JSON 对象，其中没有由行组成的列表";
    case "archive":
      return `已损坏（${archiveFaults[at.fault]}）`;
    case "archive-method":
      return `使用了压缩方法 ${at.method}；只支持 deflate`;
    case "columns-too-large":
      return `以超过 ${at.maxMegabytes} MB 的 JSON 按列存储表格，无法分段读取；请按行写入（在 pandas 中为 df.to_json(path, orient="records", lines=True)）`;
    case "damaged":
      return `已损坏（${at.reason}）`;
    default:
      return english.fileBreak(at);
  }
}

/** Reports an incomplete file and the rows that were kept. */
export function brokenFile(at: FileBreak, goodRows: number): string {
  return `文件${fileBreak(at)}。此前的 ${format.integer(goodRows)} 行有效数据已保留。`;
}
