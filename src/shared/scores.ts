import type { TemplateId } from "./data";
import type { Field } from "./fields";
import type { FinishReason } from "./generation";
import type { Row } from "./rows";

/** What a score's numbers are, and which of them are better. */
interface ScoreSpec {
  /** What it is measured by: how likely the expected answer is, the model's own answer, or the choice among answers. */
  readonly by: "likelihood" | "answer" | "choice";
  /** Of 0 to 1, of 0 to 100, or plain numbers. */
  readonly unit: "share" | "percent" | "number" | "tokens";
  readonly better: "higher" | "lower" | "neither";
}

/** All scores, in the order in which they are shown. */
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

/** What one side answered to a row, and its scores. */
export interface ScoredAnswer {
  readonly text: string;
  readonly finish: FinishReason;
  readonly values: ScoreValues;
}

/** A row that was scored, with an answer of each side. */
export interface ScoredRow {
  /** Absent in what earlier versions scored. */
  readonly row?: Row;
  /** The question with its input; of a text, its beginning. */
  readonly question: string;
  readonly expected: string;
  /** Tokens of the expected answer, by which losses are weighted. */
  readonly expectedTokens: number;
  /** One for each side of {@link Evaluation.sides}. */
  readonly answers: readonly ScoredAnswer[];
}

/** A score over all rows that have it. */
export interface ScoreSummary {
  readonly id: ScoreId;
  readonly rows: number;
  /** One for each side. */
  readonly means: readonly number[];
  /** How the last side compares with the first; null with one side. */
  readonly difference: ScoreDifference | null;
}

/** The last side's mean less the first's. */
export interface ScoreDifference {
  readonly mean: number;
  /** Its 95% bootstrap interval over rows. */
  readonly low: number;
  readonly high: number;
  /** Rows in which the last side is better, equal, and worse; null for scores that know no better. */
  readonly counts: { readonly wins: number; readonly ties: number; readonly losses: number } | null;
}

/** Who was scored: the base model, or it with an adapter. */
export interface ScoredSide {
  readonly adapterId: string | null;
  readonly merged: boolean;
}

/** Where the rows came from. */
export type ScoredSource =
  /** Rows that a run keeps out of training. */
  | { readonly kind: "held-out"; readonly dataset: string }
  /** A sample's own held-out file. */
  | { readonly kind: "sample"; readonly dataset: string }
  /** A validation file. */
  | { readonly kind: "validation"; readonly dataset: string }
  | { readonly kind: "file"; readonly name: string };

/** Rows that also stand in the training data. */
export interface Leaks {
  /** Question and answer are the same. */
  readonly rows: number;
  /** Only the question is. */
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
  /** Rows that could not be asked or measured. */
  readonly leftOut: number;
  readonly leaks: Leaks;
  /** What came of the everyday questions; null where they were not asked. */
  readonly forgetting: Forgetting | null;
}

/** Loss per token on the built-in everyday questions, one for each side. */
export interface Forgetting {
  readonly questions: number;
  readonly losses: readonly number[];
}

/** What is asked of an evaluation. */
export interface EvaluationOptions {
  /** Rows at most, the first of the source. */
  readonly limit: number;
  readonly maxNewTokens: number;
  /** A regular expression in Python's syntax that answers must match somewhere; empty for none. */
  readonly pattern: string;
}

export const scoreFields = [
  { name: "limit", type: "integer", default: 200, min: 1, max: 10_000, level: "advanced" },
  { name: "maxNewTokens", type: "integer", default: 96, min: 1, max: 4096, level: "advanced" },
  { name: "pattern", type: "text", default: "", level: "advanced" },
] as const satisfies readonly Field<keyof EvaluationOptions>[];

/** The answers to the prompts of files. */
export interface FileAnswers {
  /** Those that were answered, in the order of the files. */
  readonly rows: readonly {
    readonly question: string;
    /** Empty where the file has none. */
    readonly expected: string;
    readonly answer: string;
    readonly finish: FinishReason;
  }[];
  /** Prompts in the files that could be read. */
  readonly prompts: number;
  /** Those that are too long, or refused by the template. */
  readonly leftOut: number;
}
