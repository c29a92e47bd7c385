import type {
  GgufCount,
  GgufFault,
  GgufProblems,
  GgufTokenizerFault,
} from "../../../../lib/problems/gguf-problems";
import type { ProblemTexts } from "../../en/problems/words";
import { format } from "../format";
import { otherKinds } from "./models";

function things(of: GgufCount): string {
  switch (of.things) {
    case "tensors":
      return "个张量";
    case "metadata-entries":
      return "个元数据项";
    case "text-bytes":
      return "字节的文本";
    case "numbers-along":
      return `个数（张量 ${of.tensor} 的一维）`;
    case "bytes-before":
      return `字节（张量 ${of.tensor} 之前）`;
    case "list-items":
      return `个元素（“${of.key}”）`;
  }
}

function headerFault(fault: GgufFault): string {
  switch (fault.kind) {
    case "not-gguf":
      return "不是 GGUF 文件";
    case "header-cut":
      return "在文件头处被截断";
    case "name-not-text":
      return "的文件头中有名称不是有效的 UTF-8";
    case "version":
      return fault.version > 0xffff
        ? "是为大端序机器存储的"
        : `的 GGUF 版本为 ${fault.version}，只支持版本 2 和 3`;
    case "count":
      return `声明有 ${fault.count} ${things(fault.of)}，这不可能`;
    case "key-twice":
      return `中“${fault.key}”出现了两次`;
    case "value-type":
      return `中“${fault.key}”的类型 ${fault.type} 未知`;
    case "item-type":
      return `中“${fault.key}”列表的值类型 ${fault.type} 未知`;
    case "alignment":
      return `要求对齐到 ${fault.alignment}`;
    default:
      return tensorFault(fault);
  }
}

function tensorFault(fault: Extract<GgufFault, { tensor: string }>): string {
  const { tensor } = fault;
  switch (fault.kind) {
    case "dimensions":
      return `声明张量 ${tensor} 有 ${fault.dimensions} 个维度`;
    case "sizes":
      return `声明张量 ${tensor} 的大小为 ${fault.sizes.join(" × ")}，${fault.dtype} 不可能有这样的大小`;
    case "tensor-twice":
      return `中张量 ${tensor} 出现了两次`;
    case "not-aligned":
      return `中张量 ${tensor} 的起始字节没有对齐`;
    case "overlap":
      return `中张量 ${tensor} 与其他张量重叠`;
    case "cut":
      return `在 ${format.bytes(fault.fileBytes)} 处被截断，而张量 ${tensor} 到 ${format.bytes(fault.endBytes)} 才结束`;
  }
}

function tokenizerFault(fault: GgufTokenizerFault): string {
  switch (fault.kind) {
    case "none":
      return "没有分词器";
    case "no-tokens":
      return "没有 token 列表";
    case "lengths-differ":
      return "的 token、类型和分数列表长度不一";
    case "no-merges":
      return "的 BPE 分词器缺少合并规则";
    case "unknown":
      return `的分词器类型“${fault.name}”不受支持`;
    case "unknown-splitting":
      return `使用了未知的预分词器（“${fault.name}”）`;
  }
}

const readable = (known: readonly string[]): string =>
  `支持：${format.list(known)}。其他模型可能可以用其 safetensors 文件夹。`;

export const ggufProblems = {
  "format/gguf": ({ file, fault }) => ({
    what: `${file} ${headerFault(fault)}。`,
    advice:
      fault.kind === "sizes"
        ? "写出它的程序有误。请选择该模型的另一个 GGUF 文件，或其 safetensors 文件夹。"
        : "请重新下载该文件；如果仍无效，请选择该模型的另一个 GGUF 文件。",
  }),
  "model/no-gguf": () => ({ what: "没有给出 GGUF 文件。", advice: "请选择一个 *.gguf 文件。" }),
  "model/gguf-parts": ({ file, count, missing }) => ({
    what: `${file} 是模型 ${count} 个分卷之一，缺少：${missing.join("、")}。`,
    advice: "请一起选择全部分卷。",
  }),
  "model/several-ggufs": ({ given }) => ({
    what: `选择了 ${given} 个 GGUF 文件，每个都是单独的模型。`,
    advice: "请选择其中一个。",
  }),
  "model/gguf-architecture": ({ file, architecture, kind, known }) => ({
    what: `${file} 中模型的架构“${architecture}”尚不能从 GGUF 读取${kind ? `：${otherKinds[kind]}` : ""}。`,
    advice: readable(known),
  }),
  "model/gguf-kind": ({ file, kind, known }) => ({
    what: `${file} 中不是模型，而是“${kind}”。`,
    advice: readable(known),
  }),
  "model/gguf-rotary": () => ({
    what: "该 GGUF 文件使用了未知的旋转位置缩放。",
    advice: "请改选该模型的 safetensors 文件夹，其 config.json 有说明。",
  }),
  "model/gguf-tokenizer": ({ fault }) => ({
    what: `该 GGUF 文件${tokenizerFault(fault)}。`,
    advice: "请改选该模型的 safetensors 文件夹，其中有 tokenizer.json。",
  }),
} satisfies Partial<ProblemTexts<GgufProblems>>;
