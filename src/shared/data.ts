import type { FileBreak, RowFault, TextEncoding } from "../lib/problems/dataset-faults";
import type { Problem } from "../lib/problems/problem";
import type { RowKind } from "./rows";

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
  /** Reading options chosen by the user. */
  readonly reading?: ReadingOptions;
  /** Set if the file was unreadable beyond this point; a sentence in data of earlier versions. */
  readonly brokenAt: FileBreak | string | null;
}

export const SAMPLE_IDS = ["pirate", "copper-fiddle", "json-answers", "courtier-zh"] as const;
export type SampleId = (typeof SAMPLE_IDS)[number];

/** A sample dataset that comes with the studio (public/datasets/index.json). */
export interface SampleDataset {
  readonly id: SampleId;
  readonly file: string;
  readonly suggestions: readonly string[];
}

export const TEMPLATE_IDS = ["chat", "alpaca", "human-assistant", "instruction-answer"] as const;
export type TemplateId = (typeof TEMPLATE_IDS)[number];

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
