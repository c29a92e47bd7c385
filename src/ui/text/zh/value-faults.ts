import type { ExpectedValue, FoundValue, ValueFault, ValueRemedy } from "../../../lib/problems/value-faults";
import { format } from "./format";

/* Faults of values from external files. */

function found(value: FoundValue): string {
  switch (value.kind) {
    case "nothing":
      return "空";
    case "null":
      return "null";
    case "list":
      return "列表";
    case "object":
      return "对象";
    case "text":
      return `文本${quoted(value)}`;
    case "scalar":
      return String(value.value);
  }
}

function quoted({ start, isCut }: FoundValue & { kind: "text" }): string {
  return `“${start}${isCut ? "…" : ""}”`;
}

function expected(value: ExpectedValue): string {
  switch (value.kind) {
    case "text":
      return "文本";
    case "number":
      return "数字";
    case "boolean":
      return "true 或 false";
    case "list":
      return "列表";
    case "object":
      return "对象";
    case "whole-number":
      return "整数";
    case "finite-number":
      return "有限的数";
    case "at-least":
      return `不小于 ${value.least} 的数`;
    case "multiple":
      return `${value.of} 的倍数`;
    case "list-of-length":
      return `${value.length} 个大小的列表`;
    case "text-list":
      return "文本列表";
    case "number-list":
      return "数字列表";
    case "commit-id":
      return "提交 id";
    case "sized-file":
      return "带大小的文件";
    case "choice":
      return format.either(value.values.map((one) => (one.kind === "text" ? quoted(one) : found(one))));
    case "other":
      return value.name;
  }
}

/** The end of a sentence about a file: "缺少 weight_map", "的 ids[0] 是文本“8”，应为数字". */
export function valueFault({ path, found: value, expected: forms }: ValueFault): string {
  const belongs = format.either([...new Set(forms.map(expected))]);
  if (path === "") return `的内容是${found(value)}，应为${belongs}`;
  if (value.kind === "nothing") return `缺少 ${path}`;
  return `的 ${path} 是${found(value)}，应为${belongs}`;
}

export const remedies: Readonly<Record<ValueRemedy, string>> = {
  "check-file": "请确认文件正确，并且下载完整。",
  "renew-tokenizer": "请重新下载 tokenizer.json，或用当前版本的 transformers 重新保存。",
  "renew-nf4": "请用当前版本的 bitsandbytes 重新保存模型，或选择未量化的检查点。",
  "other-gguf": "请选择该模型的另一个 GGUF 文件，或其 safetensors 文件夹。",
  "renew-index": "请重新下载该文件，或不要包含它。",
  "leave-out-optimizer": "请把该文件从文件夹或 zip 中去掉：适配器仍可加载，训练将使用新的优化器。",
};
