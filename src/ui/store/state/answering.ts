import type { ErrorData } from "../../../lib/errors";
import type { AdapterSummary } from "../../../shared/adapter";
import type { Events } from "../../../protocol/events";
import type { FieldValue, FieldValues } from "../../../shared/fields";
import type { FinishReason } from "../../../shared/generation";
import type { Evaluation, FileAnswers } from "../../../shared/scores";
import type { Rating, Thumb } from "../../../shared/ratings";
import type { Row } from "../../../shared/rows";

/** Questions to the base and its adapters: conversations, ratings, scores, files of prompts. */

export interface Answer {
  readonly state: "waiting" | "streaming" | "done" | "failed";
  readonly text: string;
  /** Its tokens, once it has ended. */
  readonly ids: readonly number[];
  readonly tokensPerSecond: number | null;
  readonly finish: FinishReason | null;
  readonly problem: ErrorData | null;
}

/** The answering model: the base model, or an adapter, applied or merged. */
export interface Voice {
  readonly adapterId: string;
  readonly merged: boolean;
}

/** The voices of the columns, from the left; null for the base model. There are two or more. */
export type Voices = readonly (Voice | null)[];

/** A voice's answer. */
export interface VoicedAnswer {
  readonly voice: Voice | null;
  readonly answer: Answer;
}

/** A question and the answers of the voices that were asked. */
export interface Turn {
  readonly id: string;
  readonly question: string;
  /** The dataset row that was asked as training rendered it; null for a free question. */
  readonly row: Row | null;
  /** The system text sent, "" for none; rows have their own. */
  readonly system: string;
  /** Number of regenerations; added to the seed. */
  readonly attempt: number;
  /** Random display order until the best answer is chosen blind; null if names are shown. */
  readonly blindOrder: readonly number[] | null;
  /** By column at the time of asking. */
  readonly answers: readonly VoicedAnswer[];
}

export interface CompareSlice {
  readonly turns: readonly Turn[];
  /** The voices for the next question. */
  readonly voices: Voices;
  /** The adapter of a paused run, which can answer questions meanwhile. */
  readonly lentAdapter: AdapterSummary | null;
  readonly generationEdits: FieldValues;
  readonly systemPrompt: string;
  /** Stop sequences as typed, one per line. */
  readonly stopText: string;
  /** Whether to end answers that repeat themselves. */
  readonly endLoops: boolean;
  readonly markDifferences: boolean;
  /** Whether to show the token probabilities of the last answers. */
  readonly showOdds: boolean;
  send(question: string): Promise<void>;
  /** Asks a dataset row alone, without earlier turns, as training rendered it. */
  sendRow(row: Row): Promise<void>;
  /** Asks an earlier question again with a new wording; later turns are dropped. */
  resend(turnId: string, question: string): Promise<void>;
  /** Regenerates the answers to a question with the next seed; later turns are dropped. */
  regenerate(turnId: string): Promise<void>;
  stopAnswers(): void;
  clearConversation(): void;
  growAnswer(answer: Events["answer"]): void;
  editGeneration(name: string, value: FieldValue): void;
  editAsking(part: Partial<Pick<CompareSlice, "systemPrompt" | "stopText" | "endLoops">>): void;
  setMarkDifferences(on: boolean): void;
  setShowOdds(on: boolean): void;
  /** Adds the adapter of a paused run to the comparison, or removes it. */
  takeLent(adapter: AdapterSummary | null): void;
  chooseVoice(column: number, voice: Voice | null): void;
  /** Adds a column for a voice that has none. */
  addColumn(): void;
  removeColumn(column: number): void;
}

/** Where to save a conversation as a row: in an existing dataset, or a new one. */
export type RowTarget = { readonly datasetId: string } | { readonly name: string };

export interface RatingsSlice {
  /** All stored ratings of answers. */
  readonly ratings: readonly Rating[];
  readonly ratingsProblem: ErrorData | null;
  /** Whether answers are shown without names, in random order, until the best is chosen. */
  readonly blind: boolean;
  startRatings(): Promise<void>;
  /** Rates an answer of a turn, by index; null removes the rating. */
  rate(turnId: string, index: number, thumb: Thumb | null): Promise<void>;
  /** Chooses the best answer of a turn blind; null for none. */
  chooseBlind(turnId: string, best: number | null): Promise<void>;
  setBlind(on: boolean): void;
  /** Downloads the ratings as JSON Lines: pairs, and labelled answers. */
  exportRatings(name: string): Promise<void>;
  /** Creates a dataset from these rows. */
  importRatings(name: string): Promise<void>;
  clearRatings(): Promise<void>;
  /** Saves a turn with the conversation before it and this answer as a row; resolves to whether it was saved. */
  keepRow(turnId: string, index: number, text: string, target: RowTarget): Promise<boolean>;
}

export interface ScoresSlice {
  /** The latest scores of the right side's voice. */
  readonly evaluation: Evaluation | null;
  readonly scoreEdits: FieldValues;
  /** The user's test rows; empty for held-out rows. */
  readonly scoreFiles: readonly File[];
  readonly scoreProblem: ErrorData | null;
  /** Scores both sides of the comparison on the same rows. */
  score(): Promise<void>;
  cancelScore(): void;
  editScores(name: string, value: FieldValue): void;
  chooseScoreFiles(files: readonly File[]): void;
  /** Loads the stored scores of the right side's voice. */
  refreshEvaluation(): Promise<void>;
}

/** Answers of the right side to the prompts of a file. */
export interface BatchSlice {
  readonly batchFiles: readonly File[];
  readonly batchAnswers: FileAnswers | null;
  readonly batchPaused: boolean;
  readonly batchProblem: ErrorData | null;
  chooseBatchFiles(files: readonly File[]): void;
  answerBatch(): Promise<void>;
  pauseBatch(): Promise<void>;
  resumeBatch(): Promise<void>;
  /** Stops it, keeping the answers so far. */
  stopBatch(): void;
}
