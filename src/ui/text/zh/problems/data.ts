import type { DataProblems, ForeignFile, NotJson } from "../../../../lib/problems/data-problems";
import { problem } from "../../en/problems";
import type { ProblemTexts } from "../../en/problems/words";
import { encodingNames, fileBreak, rowFault } from "../dataset-faults";
import { format } from "../format";
import { trainingOptions } from "../options";
import { tokenizerProblems } from "./tokenizer";

const MAX_LENGTH = `“${trainingOptions.maxLength.label}”`;

const CHOOSE = "请选择 JSON、JSON Lines、CSV、TSV、Parquet 或纯文本：问题和回答、对话、偏好数据或文本。";

const foreign: Readonly<Record<ForeignFile, { readonly what: string; readonly advice: string }>> = {
  png: { what: "PNG 图片", advice: "" },
  jpeg: { what: "JPEG 图片", advice: "" },
  gif: { what: "GIF 图片", advice: "" },
  pdf: { what: "PDF 文档", advice: "" },
  zstandard: { what: "Zstandard 压缩包", advice: "请先解压。" },
  "7-zip": { what: "7-Zip 压缩包", advice: "请先解压。" },
  arrow: { what: "Arrow 表", advice: "请先转换为 JSON Lines。" },
  sqlite: { what: "SQLite 数据库", advice: "" },
  gguf: { what: "GGUF 模型", advice: "模型请放到“模型文件”。" },
};

function looksLike(looks: NotJson): string {
  switch (looks.kind) {
    case "blank":
      return "只有空白";
    case "markup":
      return "看起来是网页或 XML";
    case "text":
      return `开头不像 JSON，而是 ${JSON.stringify(looks.start)}`;
  }
}

const rowProblems = {
  "data/question-fills-row": ({ maxLength }) => ({
    what: `仅问题就占满了 ${maxLength} 个 token，放不下回答。`,
    advice: `请增大${MAX_LENGTH}。`,
  }),
  "data/nothing-to-learn": () => ({
    what: "该行没有可学习的回答。",
    advice: "请补上回答，或选择其他模板。",
  }),
  "data/found-bad": () => ({ what: "该行的回答被标为差，因此不学习。", advice: "" }),
  "data/no-label": () => ({
    what: "该行的回答没有标为好或坏，也不属于成对的回答。",
    advice: "请在“方法”步骤选择“回答”或“文本”。",
  }),
  "data/no-preference": () => ({
    what: "该行不是一对优质回答和劣质回答。",
    advice: "请在“方法”步骤中选择“回答”或“文本”。",
  }),
  "data/template-without-tools": () => ({
    what: "该行调用了工具，而模板不支持工具调用和结果。",
    advice: "请选择支持工具的模型的对话模板。",
  }),
  "data/answer-not-written": () => ({
    what: "模板没有原样写出该行的回答，因此无法判断要学习哪些 token。",
    advice: "请选择其他模板。",
  }),
  "data/text-needs-decoder": () => ({
    what: "该行是没有问题的文本，而带编码器的模型学习的是对问题的回答。",
    advice: "请选择其他模型或数据集。",
  }),
} satisfies Partial<ProblemTexts<DataProblems>>;

/** Why a row cannot be trained on. */
function firstReason(first: NonNullable<DataProblems["data/nothing-to-train"]["first"]>): string {
  switch (first.code) {
    case "data/question-fills-row":
      return rowProblems[first.code](first).what;
    case "data/nothing-to-learn":
    case "data/found-bad":
    case "data/no-preference":
    case "data/no-label":
    case "data/template-without-tools":
    case "data/answer-not-written":
    case "data/text-needs-decoder":
      return rowProblems[first.code]().what;
    case "tokenizer/chat-refused":
    case "tokenizer/template-failed":
      return tokenizerProblems[first.code](first).what;
    default:
      return problem(first).what;
  }
}

export const dataProblems = {
  ...rowProblems,
  "data/nothing-to-train": ({ first }) => ({
    what: `数据集中没有可以训练的行。${first ? firstReason(first) : "数据集是空的。"}`,
    advice:
      first?.code === "data/question-fills-row"
        ? `请增大${MAX_LENGTH}，或选择其他数据集或模板。`
        : "请选择其他数据集或模板。",
  }),
  "data/nothing-to-validate": () => ({
    what: "验证文件中没有可用的行。",
    advice: `请增大${MAX_LENGTH}，或选择其他验证文件。`,
  }),
  "data/nothing-to-mix": () => ({
    what: "要混入的数据集中没有可学习的行。",
    advice: `请选择其他数据集、增大${MAX_LENGTH}，或将混入比例设为 0。`,
  }),
  "data/edited-since-run": ({ dataset }) => ({
    what: `训练开始之后，“${dataset}”的行被修改过，因此无法用同样的行继续。`,
    advice: "请在“数据”步骤中撤销修改，或重新训练。",
  }),
  "data/no-parquet-on-hub": ({ repository }) => ({
    what: `Hub 上没有数据集 ${repository} 的 Parquet 文件。`,
    advice: "多数数据集由其查看器生成；这一个请在其页面下载文件后拖到这里。",
  }),
  "data/no-such-config": ({ repository, config, offered }) => ({
    what: `数据集 ${repository} 没有配置“${config}”。`,
    advice: `现有：${format.list(offered)}。`,
  }),
  "data/no-such-split": ({ repository, config, split, offered }) => ({
    what: `数据集 ${repository} 的配置“${config}”没有子集“${split}”。`,
    advice: `现有：${format.list(offered)}。`,
  }),
  "data/same-file": ({ dataset }) => ({
    what: `这个文件已经在这里了，名为“${dataset}”。`,
    advice: "请使用已有的，或照样再次导入。",
  }),
  "data/no-such-row": ({ row }) => ({ what: `数据集中没有第 ${row} 行。`, advice: "请选择其他行。" }),
  "data/file-gone": ({ name }) => ({
    what: `无法再读取 ${name}：选择之后被移动或修改了。`,
    advice: "请重新选择该文件。",
  }),
  "data/foreign-file": ({ name, kind }) => ({
    what: `${name} 是 ${foreign[kind].what}，不是数据集。`,
    advice: `${foreign[kind].advice}${CHOOSE}`,
  }),
  "data/strange-columns": ({ name, columns }) => ({
    what: `${name} 中有不认识的列：${columns.map(({ column }) => column).join("、")}。`,
    advice: "请在下面选择哪一列是问题，哪一列是回答。",
  }),
  "data/not-json": ({ name, looks }) => ({ what: `${name} ${looksLike(looks)}。`, advice: CHOOSE }),
  "data/not-text": ({ name, looksLike: guess, ...rest }) => ({
    what: `${name} ${fileBreak({ kind: "not-text", looksLike: guess, ...rest })}。`,
    advice: guess
      ? `请按 ${encodingNames[guess]} 读取，或另存为 UTF-8。`
      : "请在生成它的程序中另存为 UTF-8。",
  }),
  "data/archive-in-archive": ({ name }) => ({
    what: `${name} 是嵌套在另一个压缩包中的压缩包。`,
    advice: "请先解压。",
  }),
  "data/broken": ({ name, at }) => ({
    what: `${name} ${fileBreak(at)}。在此之前没有任何行。`,
    advice: CHOOSE,
  }),
  "data/empty-file": ({ name }) => ({ what: `${name} 是空文件。`, advice: CHOOSE }),
  "data/no-rows": ({ name }) => ({ what: `${name} 中没有数据行。`, advice: CHOOSE }),
  "data/no-good-row": ({ rows, row, fault }) => ({
    what: `${rows === 1 ? "唯一的一行" : `${rows} 行全都`}无法使用：第 ${row} 行${rowFault(fault)}。`,
    advice: CHOOSE,
  }),
} satisfies Partial<ProblemTexts<DataProblems>>;
