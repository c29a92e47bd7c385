import type { TemplateId } from "./data";
import type { Field } from "./fields";
import type { FinishReason } from "./generation";
import type { Row } from "./rows";

/** Kind and direction of a score. */
interface ScoreSpec {
  /**
   * How it is measured: from the likelihood of the expected answer, from the model's own answer, or from its choice
   * among answers.
   */
  readonly by: "likelihood" | "answer" | "choice";
  /** A fraction, a value from 0 to 100, or a plain number. */
  readonly unit: "share" | "percent" | "number" | "tokens";
  readonly better: "higher" | "lower" | "neither";
}

/** All scores, in display order. */
export const scoreSpecs = {
  loss: { by: "likelihood", unit: "number", better: "lower" },
  perplexity: { by: "likelihood", unit: "number", better: "lower" },
  tokenAccuracy: { by: "likelihood", unit: "share", better: "higher" },
  exact: { by: "answer", unit: "share", better: "higher" },
  normalised: { by: "answer", unit: "share", better: "higher" },
  contains: { by: "answer", unit: "share", better: "higher" },
  chrf: { by: "answer", unit: "percent", better: "higher" },
  rougeL: { by: "answer", unit: "share", better: "higher" },
  json: { by: "answer", unit: "share", better: "higher" },
  regex: { by: "answer", unit: "share", better: "higher" },
  ended: { by: "answer", unit: "share", better: "higher" },
  repetition: { by: "answer", unit: "share", better: "lower" },
  length: { by: "answer", unit: "tokens", better: "neither" },
  acc: { by: "choice", unit: "share", better: "higher" },
  accNorm: { by: "choice", unit: "share", better: "higher" },
} as const satisfies Readonly<Record<string, ScoreSpec>>;

export type ScoreId = keyof typeof scoreSpecs;
export const SCORE_IDS = Object.keys(scoreSpecs) as readonly ScoreId[];

/** Scores of one answer; a score that does not apply to the row is absent. */
export type ScoreValues = Readonly<Partial<Record<ScoreId, number>>>;

/** One side's answer to a row, with its scores. */
export interface ScoredAnswer {
  readonly text: string;
  readonly finish: FinishReason;
  readonly values: ScoreValues;
}

/** A scored row with an answer of each side. */
export interface ScoredRow {
  /** Absent in what earlier versions scored. */
  readonly row?: Row;
  /** The question with its input; for a text, its beginning. */
  readonly question: string;
  readonly expected: string;
  /** Token count of the expected answer, by which losses are weighted. */
  readonly expectedTokens: number;
  /** One per side of {@link Evaluation.sides}. */
  readonly answers: readonly ScoredAnswer[];
}

/** A score summarised over all rows that have it. */
export interface ScoreSummary {
  readonly id: ScoreId;
  readonly rows: number;
  /** One per side. */
  readonly means: readonly number[];
  /** Comparison of the last side with the first; null with one side. */
  readonly difference: ScoreDifference | null;
}

/** Mean of the last side minus that of the first. */
export interface ScoreDifference {
  readonly mean: number;
  /** Its 95% bootstrap interval over rows. */
  readonly low: number;
  readonly high: number;
  /** Number of rows in which the last side is better, equal and worse; null for scores without a better direction. */
  readonly counts: { readonly wins: number; readonly ties: number; readonly losses: number } | null;
}

/** The base model, alone or with an adapter. */
export interface ScoredSide {
  readonly adapterId: string | null;
  readonly merged: boolean;
}

/** Origin of the rows. */
export type ScoredSource =
  /** Rows held out by a run. */
  | { readonly kind: "held-out"; readonly dataset: string }
  /** A sample's own held-out file. */
  | { readonly kind: "sample"; readonly dataset: string }
  /** A validation file. */
  | { readonly kind: "validation"; readonly dataset: string }
  | { readonly kind: "file"; readonly name: string };

/** Number of rows that also occur in the training data. */
export interface Leaks {
  /** Question and answer are equal. */
  readonly rows: number;
  /** Only the question is equal. */
  readonly questions: number;
}

/** The scores of one or two sides on the same rows. */
export interface Evaluation {
  readonly sides: readonly ScoredSide[];
  readonly source: ScoredSource;
  readonly templateId: TemplateId;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly rows: readonly ScoredRow[];
  readonly summaries: readonly ScoreSummary[];
  /** Rows that could not be prompted or measured. */
  readonly leftOut: number;
  readonly leaks: Leaks;
  /** Results on the everyday questions; null if they were not requested. */
  readonly forgetting: Forgetting | null;
}

/** Loss per token on the built-in everyday questions, one per side. */
export interface Forgetting {
  readonly questions: number;
  readonly losses: readonly number[];
}

/** Options of an evaluation. */
export interface EvaluationOptions {
  /** Maximum number of rows, taken from the start of the source. */
  readonly limit: number;
  readonly maxNewTokens: number;
  /** A Python regular expression that answers should match somewhere; "" for none. */
  readonly pattern: string;
}

export const scoreFields = [
  { name: "limit", type: "integer", default: 200, min: 1, max: 10_000, level: "advanced" },
  { name: "maxNewTokens", type: "integer", default: 96, min: 1, max: 4096, level: "advanced" },
  { name: "pattern", type: "text", default: "", level: "advanced" },
] as const satisfies readonly Field<keyof EvaluationOptions>[];

/** Answers to the prompts of files. */
export interface FileAnswers {
  /** In the order of the files, without prompts that were not answered. */
  readonly rows: readonly {
    readonly question: string;
    /** The expected answer; "" if the file has none. */
    readonly expected: string;
    readonly answer: string;
    readonly finish: FinishReason;
  }[];
  /** Number of prompts in the readable files. */
  readonly prompts: number;
  /** Number of prompts that are too long or rejected by the template. */
  readonly leftOut: number;
}
