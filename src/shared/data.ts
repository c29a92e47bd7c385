import type { FileBreak, RowFault, TextEncoding } from "../lib/problems/dataset-faults";
import type { Problem } from "../lib/problems/problem";
import type { Row, RowKind } from "./rows";

/** Forms of rows that are told by their fields; "columns" for those that a person told what they are. */
export const FORMAT_IDS = [
  "alpaca",
  "messages",
  "sharegpt",
  "prompt-completion",
  "question-answer",
  "dolly",
  "text",
  "preference",
  "instruction-preference",
  "labelled",
  "columns",
] as const;
export type FormatId = (typeof FORMAT_IDS)[number];

/** What rows come in. */
export type ContainerId = "json" | "json-lines" | "csv" | "tsv" | "parquet" | "plain-text";

/** What a column of a table can be to the studio. */
export const COLUMN_ROLES = ["instruction", "input", "output", "system", "text"] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

/** What a person told of a file's columns. */
export interface ColumnMapping {
  /** The column of each role. */
  readonly roles: Readonly<Partial<Record<ColumnRole, string>>>;
  /**
   * A text in which {column} stands for a column's value. It takes the place of the instruction or, where there is no
   * output, of the text.
   */
  readonly template?: string;
  /** Whether the first line of a table names its columns; told by its cells when it is not given. */
  readonly headings?: boolean;
}

/** How plain text becomes rows: not cut at all, by documents, or at blank lines. */
export const TEXT_CUTS = ["whole", "document", "blank-line"] as const;
export type TextCut = (typeof TEXT_CUTS)[number];

/** What the reader of a file is told beside its bytes. */
export interface ReadingOptions {
  /** The encoding of its text, where it is none of Unicode's. */
  readonly encoding?: TextEncoding;
  readonly columns?: ColumnMapping;
  readonly cut?: TextCut;
  /** Of Parquet files, so many rows from the first on. */
  readonly firstRows?: number;
}

/** A row that was kept out, or a remark about the file. `row` counts from 1; null when it concerns the whole file. */
export interface RowProblem {
  readonly row: number | null;
  /** The file, where there were several. */
  readonly file?: string;
  /** Of a whole file, the problem with which it was refused. Earlier versions of the studio kept a sentence here. */
  readonly reason: RowFault | Problem | string;
}

/** What the page shows of a dataset. */
export interface DatasetSummary {
  readonly id: string;
  readonly name: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly importedAt: number;
  /** The first problems, at most 200. */
  readonly problems: readonly RowProblem[];
  readonly problemCount: number;
  readonly duplicates: number;
  /** Field names that were ignored. */
  readonly ignoredFields: readonly string[];
  /** Rows whose answer is empty; not counted by earlier versions. */
  readonly emptyAnswers?: number;
  /** The form of most of its rows; absent, for Alpaca, in what was read before there were others. */
  readonly format?: FormatId;
  /** What they came in; absent where they came from several kinds of files. */
  readonly container?: ContainerId;
  /** How many rows there are of each kind. */
  readonly kinds?: Readonly<Partial<Record<RowKind, number>>>;
  /** Conversations in which the file marks which answers are learned. */
  readonly flaggedRows?: number;
  /** The dataset that is measured on its rows, when it is a validation file: it is then not trained on by itself. */
  readonly validates?: string;
  /** SHA-256 of the files that it was read from; absent in what earlier versions read. */
  readonly contentHash?: string;
  /** What the person changed of its rows since it was read; `rows` counts those in use. */
  readonly edits?: EditCounts;
  /** How it was read, where somebody chose. */
  readonly reading?: ReadingOptions;
  /** Set when the file broke off and only the rows before it were read; a sentence where an earlier version read it. */
  readonly brokenAt: FileBreak | string | null;
}

/** Changes of a dataset's rows, which are kept beside them. */
export interface EditCounts {
  /** The same for the same changes; "" where nothing is changed. */
  readonly identity: string;
  /** Rows as they were read, in use or not; added ones are numbered behind them. */
  readonly fileRows: number;
  readonly leftOut: number;
  readonly changed: number;
  readonly added: number;
  /** Whether the last change can be undone. */
  readonly canUndo: boolean;
}

/** How alike rows are that count as duplicates: the same texts, or the same but for case, width and white space. */
export const DUPLICATE_MEASURES = ["exact", "normalised"] as const;
export type DuplicateMeasure = (typeof DUPLICATE_MEASURES)[number];

/** A change of a dataset's rows; rows by number, from 0, those left out too. */
export type DatasetEdit =
  | { readonly kind: "replace"; readonly row: number; readonly value: Row }
  | { readonly kind: "add"; readonly value: Row }
  | { readonly kind: "leave-out" | "put-back"; readonly row: number }
  /** Leaves out all but so many of the rows in use, drawn by the seed. */
  | { readonly kind: "sample"; readonly count: number; readonly seed: number }
  /** Leaves out the later ones of rows that are alike. */
  | { readonly kind: "deduplicate"; readonly measure: DuplicateMeasure }
  /** Takes the last change back. */
  | { readonly kind: "undo" }
  /** Takes all changes back. */
  | { readonly kind: "reset" };

/** Which rows are listed: those left out by training, cut, of at least so many tokens, or changed by the person. */
export const ROW_FILTERS = ["all", "problems", "cut", "long", "left-out", "changed"] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];

/** What rows are looked for. */
export interface RowQuery {
  /** Words of it, whatever their case; "" for any. */
  readonly text: string;
  readonly filter: RowFilter;
  /** Tokens of a "long" row at least. */
  readonly minTokens: number;
}

/** A row in a list. */
export interface ListedRow {
  /** From 0, among all rows of the dataset. */
  readonly number: number;
  readonly row: Row;
  readonly leftOut: boolean;
  /** Whether the person changed or added it. */
  readonly changed: boolean;
}

/** A sample dataset that comes with the studio (public/datasets/index.json). */
export interface SampleDataset {
  readonly id: string;
  readonly title: string;
  readonly teaches: string;
  readonly file: string;
  readonly suggestions: readonly string[];
  readonly language: string;
}

/** Published prompt formats that are chat templates. */
export const NAMED_TEMPLATE_IDS = [
  "chatml",
  "llama2",
  "llama3",
  "mistral",
  "gemma",
  "qwen",
  "zephyr",
  "vicuna",
  "deepseek",
  "phi",
] as const;
export type NamedTemplateId = (typeof NAMED_TEMPLATE_IDS)[number];

/** Prompt formats of plain text, which write no tokens but the end token. */
export const PLAIN_TEMPLATE_IDS = ["alpaca", "human-assistant", "instruction-answer", "plain"] as const;
export type PlainTemplateId = (typeof PLAIN_TEMPLATE_IDS)[number];

/** "chat" is the model's own chat template, "custom" one that a person wrote. */
export const TEMPLATE_IDS = ["chat", ...NAMED_TEMPLATE_IDS, ...PLAIN_TEMPLATE_IDS, "custom"] as const;
export type TemplateId = (typeof TEMPLATE_IDS)[number];

/** How rows become the text that the model reads. */
export interface PromptTemplate {
  readonly templateId: TemplateId;
  /** The Jinja of a "custom" template. */
  readonly templateSource?: string;
}

/** The template among other settings. */
export function templateOf({ templateId, templateSource }: PromptTemplate): PromptTemplate {
  return { templateId, ...(templateSource === undefined ? {} : { templateSource }) };
}

/** A template's Jinja, and what the model's tokenizer makes of its tokens. */
export interface TemplateFacts {
  /** Null for a plain format, which is none. */
  readonly source: string | null;
  /** Tokens of the format that the tokenizer lacks: they are spelled out as ordinary text. */
  readonly missing: readonly string[];
  /** The format's token behind answers, where the tokenizer's own end token, `end`, stands in its place. */
  readonly replaced: { readonly token: string; readonly end: string } | null;
}

/** A stretch of the token view. */
export interface TokenView {
  /** Text of each token as people can read it. */
  readonly tokens: readonly {
    readonly id: number;
    readonly text: string;
    readonly supervised: boolean;
    readonly part: TokenPart;
    readonly special: boolean;
  }[];
  /** True when the row was cut to the maximum length. */
  readonly truncated: boolean;
  /** True when the cut took the end of the answer, so that no end is learned. */
  readonly endCut: boolean;
  /** True when the system text stands in the first question, as the template has no other place for it. */
  readonly systemInQuestion: boolean;
  /** True when the model is asked with words before its answer that this row does not have. */
  readonly askedDifferently: boolean;
  /** True when the template has no place for the row's list of tools. */
  readonly toolsLeftOut: boolean;
  /** Why the row takes no part in training, or null. */
  readonly excluded: RowExclusion | null;
}

/** Why a row takes no part in training. */
export type RowExclusion = Problem<
  | "data/question-fills-row"
  | "data/nothing-to-learn"
  | "data/found-bad"
  | "data/template-without-tools"
  | "data/answer-not-written"
  | "data/text-needs-decoder"
  | "tokenizer/chat-refused"
  | "tokenizer/template-failed"
>;

/** How many rows are left out for one reason. */
export interface Exclusion {
  readonly reason: RowExclusion;
  readonly rows: number;
  /** The number of the first of them, from 1. */
  readonly firstRow: number;
}

/** Whose words a token is: the template's, the row's, or the answer that is learned. */
export type TokenPart = "template" | "prompt" | "answer";

/** Lengths of a whole dataset under one model, template and maximum length. */
export interface LengthStats {
  readonly rows: number;
  /** Counts per bin of `binWidth` tokens, from 0. */
  readonly histogram: readonly number[];
  readonly binWidth: number;
  readonly longest: number;
  readonly truncated: number;
  /** Rows whose answer is cut before its end, so that no end is learned of them. */
  readonly endCut: number;
  /** Rows whose system text stands in the first question, as the template has no other place for it. */
  readonly systemInQuestion: number;
  /** Rows without the words in front of an answer with which the model is asked. */
  readonly askedDifferently: number;
  /** Rows whose list of tools the template has no place for. */
  readonly toolsLeftOut: number;
  /** Rows left out, for whatever reason. */
  readonly excluded: number;
  /** The most frequent reasons for which rows are left out. */
  readonly exclusions: readonly Exclusion[];
  readonly supervisedTokens: number;
  readonly totalTokens: number;
  /** True when the template gives the model no end token to learn to stop by. */
  readonly endTokenMissing: boolean;
}
