import type { DataProblems, ForeignFile, NotJson } from "../../../../lib/problems/data-problems";
import { encodingNames, fileBreak, rowFault } from "../dataset-faults";
import { format } from "../format";
import { trainingOptions } from "../options";
import { tokenizerProblems } from "./tokenizer";
import type { ProblemTexts } from "./words";

const MAX_LENGTH = trainingOptions.maxLength.label;

const CHOOSE =
  "Choose JSON, JSON Lines, CSV, TSV, Parquet or plain text: questions and answers, conversations, preferences or texts.";

const foreign: Readonly<Record<ForeignFile, { readonly what: string; readonly advice: string }>> = {
  png: { what: "a PNG picture", advice: "" },
  jpeg: { what: "a JPEG picture", advice: "" },
  gif: { what: "a GIF picture", advice: "" },
  pdf: { what: "a PDF document", advice: "" },
  zstandard: { what: "a Zstandard archive", advice: "Unpack it first. " },
  "7-zip": { what: "a 7-Zip archive", advice: "Unpack it first. " },
  arrow: { what: "an Arrow table", advice: "Convert it to JSON Lines first. " },
  sqlite: { what: "an SQLite database", advice: "" },
  gguf: { what: "a GGUF model", advice: "Models go to “Model files”. " },
};

function looksLike(looks: NotJson): string {
  switch (looks.kind) {
    case "blank":
      return "contains nothing but white space";
    case "markup":
      return "looks like a web page or XML";
    case "text":
      return `does not begin like JSON, but with ${JSON.stringify(looks.start)}`;
  }
}

const rowProblems = {
  "data/question-fills-row": ({ maxLength }) => ({
    what: `The question alone fills the ${maxLength} tokens, so no part of the answer fits.`,
    advice: `Raise ${MAX_LENGTH}.`,
  }),
  "data/nothing-to-learn": () => ({
    what: "The row has no answer to learn.",
    advice: "Give it an answer, or choose another template.",
  }),
  "data/found-bad": () => ({
    what: "The row's answer is labelled as bad, so it is not learned.",
    advice: "",
  }),
  "data/no-preference": () => ({
    what: "The row is not a pair of a chosen and a rejected answer.",
    advice: "Choose “Answers” or “Text” on the Method step.",
  }),
  "data/no-label": () => ({
    what: "The row's answer is labelled neither good nor bad, and is not one of a pair.",
    advice: "Choose “Answers” or “Text” on the Method step.",
  }),
  "data/template-without-tools": () => ({
    what: "The row calls tools, and the template does not support tool calls and results.",
    advice: "Choose the chat template of a model that supports tools.",
  }),
  "data/answer-not-written": () => ({
    what: "The template does not write the row's answer as it is, so Luthier cannot tell which tokens to learn.",
    advice: "Choose another template.",
  }),
  "data/text-needs-decoder": () => ({
    what: "The row is text without a question, but a model with an encoder learns answers to questions.",
    advice: "Choose another model or dataset.",
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
  }
}

export const dataProblems: ProblemTexts<DataProblems> = {
  ...rowProblems,
  "data/nothing-to-train": ({ first }) => ({
    what: `No row of the dataset can be trained on. ${first ? firstReason(first) : "The dataset has no rows."}`,
    advice:
      first?.code === "data/question-fills-row"
        ? `Raise ${MAX_LENGTH}, or choose another dataset or template.`
        : "Choose another dataset or template.",
  }),
  "data/nothing-to-mix": () => ({
    what: "No row of the dataset to mix in has anything to learn.",
    advice: "Choose another dataset, raise the maximum length, or set the share to 0.",
  }),
  "data/nothing-to-validate": () => ({
    what: "No row of the validation file can be used.",
    advice: "Raise Max length, or choose another validation file.",
  }),
  "data/edited-since-run": ({ dataset }) => ({
    what: `Rows of “${dataset}” were changed since the run began, so it cannot go on with the same rows.`,
    advice: "Undo the changes on the Data step, or train anew.",
  }),
  "data/no-parquet-on-hub": ({ repository }) => ({
    what: `The hub has no Parquet files of the dataset ${repository}.`,
    advice:
      "Its viewer makes them of most datasets; of this one, download the files on its page and drop them here.",
  }),
  "data/no-such-config": ({ repository, config, offered }) => ({
    what: `The dataset ${repository} has no config “${config}”.`,
    advice: `It has: ${format.list(offered)}.`,
  }),
  "data/no-such-split": ({ repository, config, split, offered }) => ({
    what: `The config “${config}” of the dataset ${repository} has no split “${split}”.`,
    advice: `It has: ${format.list(offered)}.`,
  }),
  "data/same-file": ({ dataset }) => ({
    what: `This file is here already, as “${dataset}”.`,
    advice: "Use that one, or bring the file in again as it is.",
  }),
  "data/no-such-row": ({ row }) => ({
    what: `The dataset has no row ${row}.`,
    advice: "Choose another row.",
  }),
  "data/file-gone": ({ name }) => ({
    what: `${name} can no longer be read: it was moved or changed after it was chosen.`,
    advice: "Choose the file again.",
  }),
  "data/foreign-file": ({ name, kind }) => ({
    what: `${name} is ${foreign[kind].what}, not a dataset.`,
    advice: `${foreign[kind].advice}${CHOOSE}`,
  }),
  "data/strange-columns": ({ name, columns }) => ({
    what: `The rows of ${name} have columns that the studio does not know: ${columns.map(({ column }) => column).join(", ")}.`,
    advice: "Choose below which of them is the question and which the answer.",
  }),
  "data/not-json": ({ name, looks }) => ({ what: `${name} ${looksLike(looks)}.`, advice: CHOOSE }),
  "data/not-text": ({ name, looksLike: guess, ...rest }) => ({
    what: `${name} ${fileBreak({ kind: "not-text", looksLike: guess, ...rest })}.`,
    advice: guess
      ? `Read it as ${encodingNames[guess]}, or save it as UTF-8.`
      : "Save it as UTF-8 in the program that wrote it.",
  }),
  "data/archive-in-archive": ({ name }) => ({
    what: `${name} is an archive nested inside another.`,
    advice: "Unpack it first.",
  }),
  "data/broken": ({ name, at }) => ({
    what: `${name} ${fileBreak(at)}. There is no row before it.`,
    advice: CHOOSE,
  }),
  "data/empty-file": ({ name }) => ({ what: `${name} is empty.`, advice: CHOOSE }),
  "data/no-rows": ({ name }) => ({ what: `${name} holds no rows.`, advice: CHOOSE }),
  "data/no-good-row": ({ rows, row, fault }) => ({
    what: `${rows === 1 ? "The only row cannot" : `None of the ${rows} rows can`} be used: row ${row} ${rowFault(fault)}.`,
    advice: CHOOSE,
  }),
};
