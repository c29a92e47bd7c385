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
   * A text in which {column} is replaced by the column's value. It replaces the instruction or, without an output
   * column, the text.
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
  /** For Parquet files, the maximum number of rows to read. */
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
  /** SHA-256 of the source files; absent in data of earlier versions. */
  readonly contentHash?: string;
  /** The user's edits of its rows; `rows` counts the rows in use. */
  readonly edits?: EditCounts;
  /** Reading options chosen by the user. */
  readonly reading?: ReadingOptions;
  /** Set if the file was unreadable beyond this point; a sentence in data of earlier versions. */
  readonly brokenAt: FileBreak | string | null;
}

/** Edits of a dataset's rows, stored separately from them. */
export interface EditCounts {
  /** Hash of the edits, equal for equal edits; "" if there are none. */
  readonly identity: string;
  /** Number of imported rows, in use or not; added ones are numbered after them. */
  readonly fileRows: number;
  readonly leftOut: number;
  readonly changed: number;
  readonly added: number;
  /** Whether the last change can be undone. */
  readonly canUndo: boolean;
}

/** When rows count as duplicates: equal texts, or equal up to case, character width and whitespace. */
export const DUPLICATE_MEASURES = ["exact", "normalised"] as const;
export type DuplicateMeasure = (typeof DUPLICATE_MEASURES)[number];

/** An edit of a dataset's rows. Rows are numbered from 0, including those left out. */
export type DatasetEdit =
  | { readonly kind: "replace"; readonly row: number; readonly value: Row }
  | { readonly kind: "add"; readonly value: Row }
  | { readonly kind: "leave-out" | "put-back"; readonly row: number }
  /** Leaves out all but `count` of the rows in use, sampled by the seed. */
  | { readonly kind: "sample"; readonly count: number; readonly seed: number }
  /** Leaves out all but the first of each set of duplicates. */
  | { readonly kind: "deduplicate"; readonly measure: DuplicateMeasure }
  /** Undoes the last edit. */
  | { readonly kind: "undo" }
  /** Undoes all edits. */
  | { readonly kind: "reset" };

/** Which rows to list: all, excluded from training, truncated, with at least so many tokens, left out, or edited. */
export const ROW_FILTERS = ["all", "problems", "cut", "long", "left-out", "changed"] as const;
export type RowFilter = (typeof ROW_FILTERS)[number];

/** A search for rows. */
export interface RowQuery {
  /** Words that a row must contain, ignoring case; "" for any. */
  readonly text: string;
  readonly filter: RowFilter;
  /** Minimum number of tokens of a "long" row. */
  readonly minTokens: number;
}

/** A row in a list. */
export interface ListedRow {
  /** Number of the row, from 0, among all rows of the dataset. */
  readonly number: number;
  readonly row: Row;
  readonly leftOut: boolean;
  /** Whether the user edited or added it. */
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

/** Plain-text prompt formats, whose only special token is the end token. */
export const PLAIN_TEMPLATE_IDS = ["alpaca", "human-assistant", "instruction-answer", "plain"] as const;
export type PlainTemplateId = (typeof PLAIN_TEMPLATE_IDS)[number];

/** "chat" is the model's own chat template, "custom" the user's. */
export const TEMPLATE_IDS = ["chat", ...NAMED_TEMPLATE_IDS, ...PLAIN_TEMPLATE_IDS, "custom"] as const;
export type TemplateId = (typeof TEMPLATE_IDS)[number];

/** How rows are rendered as text. */
export interface PromptTemplate {
  readonly templateId: TemplateId;
  /** The Jinja of a "custom" template. */
  readonly templateSource?: string;
}

/** The template of a settings object. */
export function templateOf({ templateId, templateSource }: PromptTemplate): PromptTemplate {
  return { templateId, ...(templateSource === undefined ? {} : { templateSource }) };
}

/** A template's Jinja source, and which of its tokens the model's tokenizer has. */
export interface TemplateFacts {
  /** Null for a plain format, which has no Jinja source. */
  readonly source: string | null;
  /** Tokens of the format that the tokenizer lacks and encodes as ordinary text. */
  readonly missing: readonly string[];
  /** The format's end token, if the tokenizer lacks it and its own end token `end` is used instead. */
  readonly replaced: { readonly token: string; readonly end: string } | null;
}

/** Tokens of a row, for display. */
export interface TokenView {
  /** Tokens with displayable text. */
  readonly tokens: readonly {
    readonly id: number;
    /** Whole characters; a character whose bytes span several tokens is shown at the first. */
    readonly text: string;
    /** Whether its bytes belong to characters shown at an earlier token. */
    readonly continues: boolean;
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
  /** Rows of more tokens than characters: the model's tokenizer does not know their script. */
  readonly inBytes: number;
  /** Rows excluded for any reason. */
  readonly excluded: number;
  /** The most frequent reasons for exclusion. */
  readonly exclusions: readonly Exclusion[];
  readonly supervisedTokens: number;
  readonly totalTokens: number;
  /** Whether the template has no end token, so that the model cannot learn to stop. */
  readonly endTokenMissing: boolean;
}
