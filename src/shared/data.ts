import type { FileBreak, RowFault, TextEncoding } from "../lib/problems/dataset-faults";
import type { Problem } from "../lib/problems/problem";
import type { Row, RowKind } from "./rows";

/** Row formats recognised by their fields; "columns" for those with user-assigned columns. */
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

/** Container formats of rows. */
export type ContainerId = "json" | "json-lines" | "csv" | "tsv" | "parquet" | "plain-text";

/** Roles of a table's columns. */
export const COLUMN_ROLES = ["instruction", "input", "output", "system", "text"] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

/** User-assigned column roles. */
export interface ColumnMapping {
  /** Column by role. */
  readonly roles: Readonly<Partial<Record<ColumnRole, string>>>;
  /**
   * A text in which {column} stands for a column's value. It takes the place of the instruction or, where there is no
   * output, of the text.
   */
  readonly template?: string;
  /** Whether the first line of a table is a header; detected if not given. */
  readonly headings?: boolean;
}

/** How plain text is split into rows: not at all, by documents, or at blank lines. */
export const TEXT_CUTS = ["whole", "document", "blank-line"] as const;
export type TextCut = (typeof TEXT_CUTS)[number];

/** Options for reading a file. */
export interface ReadingOptions {
  /** Encoding of the text, if not UTF-8 or UTF-16. */
  readonly encoding?: TextEncoding;
  readonly columns?: ColumnMapping;
  readonly cut?: TextCut;
  /** Of Parquet files, so many rows from the first on. */
  readonly firstRows?: number;
}

/** A rejected row or a remark about a file. `row` is one-based; null for the whole file. */
export interface RowProblem {
  readonly row: number | null;
  /** File name, if there were several. */
  readonly file?: string;
  /** For a whole file, why it was rejected. A sentence in data of earlier versions. */
  readonly reason: RowFault | Problem | string;
}

/** Metadata of a dataset. */
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
  /** Ignored field names. */
  readonly ignoredFields: readonly string[];
  /** Rows with an empty answer; absent in data of earlier versions. */
  readonly emptyAnswers?: number;
  /** Format of most rows; absent (meaning Alpaca) in data of earlier versions. */
  readonly format?: FormatId;
  /** Container format; absent for mixed files. */
  readonly container?: ContainerId;
  /** Number of rows of each kind. */
  readonly kinds?: Readonly<Partial<Record<RowKind, number>>>;
  /** Conversations that mark which answers to train on. */
  readonly flaggedRows?: number;
  /** The dataset that this one validates. Validation datasets cannot be trained on themselves. */
  readonly validates?: string;
  /** SHA-256 of the files that it was read from; absent in what earlier versions read. */
  readonly contentHash?: string;
  /** What the person changed of its rows since it was read; `rows` counts those in use. */
  readonly edits?: EditCounts;
  /** Reading options chosen by the user. */
  readonly reading?: ReadingOptions;
  /** Set if the file was unreadable beyond this point; a sentence in data of earlier versions. */
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

export const SAMPLE_IDS = [
  "pirate",
  "copper-fiddle",
  "json-answers",
  "courtier-zh",
  "short-answers",
] as const;
export type SampleId = (typeof SAMPLE_IDS)[number];

/** A sample dataset that comes with the studio (public/datasets/index.json). */
export interface SampleDataset {
  readonly id: SampleId;
  readonly file: string;
  readonly suggestions: readonly string[];
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

/** Tokens of a row, for display. */
export interface TokenView {
  /** Tokens with displayable text. */
  readonly tokens: readonly {
    readonly id: number;
    readonly text: string;
    readonly supervised: boolean;
    readonly part: TokenPart;
    readonly special: boolean;
  }[];
  /** Whether the row was truncated to the maximum length. */
  readonly truncated: boolean;
  /** Whether truncation removed the answer's end token. */
  readonly endCut: boolean;
  /** Whether the system text precedes the first question, for lack of a system role. */
  readonly systemInQuestion: boolean;
  /** Whether the generation prompt contains text that this row lacks. */
  readonly askedDifferently: boolean;
  /** Whether the template does not support the row's tools. */
  readonly toolsLeftOut: boolean;
  /** Why the row is excluded from training, or null. */
  readonly excluded: RowExclusion | null;
}

/** Reason for excluding a row from training. */
export type RowExclusion = Problem<
  | "data/question-fills-row"
  | "data/nothing-to-learn"
  | "data/found-bad"
  | "data/no-preference"
  | "data/no-label"
  | "data/template-without-tools"
  | "data/answer-not-written"
  | "data/text-needs-decoder"
  | "tokenizer/chat-refused"
  | "tokenizer/template-failed"
>;

/** Number of rows excluded for a reason. */
export interface Exclusion {
  readonly reason: RowExclusion;
  readonly rows: number;
  /** One-based number of the first such row. */
  readonly firstRow: number;
}

/** Origin of a token's text: the template, the row's prompt, or the answer. */
export type TokenPart = "template" | "prompt" | "answer";

/** Length statistics of a dataset for a model, template and maximum length. */
export interface LengthStats {
  readonly rows: number;
  /** Rows per bin of `binWidth` tokens. */
  readonly histogram: readonly number[];
  readonly binWidth: number;
  readonly longest: number;
  readonly truncated: number;
  /** Rows whose answer loses its end token to truncation. */
  readonly endCut: number;
  /** Rows whose system text precedes the first question, for lack of a system role. */
  readonly systemInQuestion: number;
  /** Rows that lack text of the generation prompt. */
  readonly askedDifferently: number;
  /** Rows whose tools the template does not support. */
  readonly toolsLeftOut: number;
  /** Rows excluded for any reason. */
  readonly excluded: number;
  /** The most frequent reasons for exclusion. */
  readonly exclusions: readonly Exclusion[];
  readonly supervisedTokens: number;
  readonly totalTokens: number;
  /** Whether the template has no end token, so that the model cannot learn to stop. */
  readonly endTokenMissing: boolean;
}
