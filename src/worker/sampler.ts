import type { AdapterState } from "../engine/adapters/adapter-state";
import { LuthierError } from "../lib/errors";
import type { SampleAnswer } from "../shared/run-history";
import { type EvaluationOptions, type ScoredAnswer, type ScoreValues } from "../shared/scores";
import { learnRuleOf, type RunConfig } from "../shared/training";
import { templateOf } from "../shared/data";
import { readRows } from "../storage/datasets";
import { meanScores } from "../scores/summary";
import type { ActiveModel } from "./active";
import type { RunSetup } from "./run-setup";
import { answerRows, type PreparedRow, prepareRows, scoreSide, type SideScoring } from "./score-rows";
import type { RowEncoding } from "./score-source";
import type { Emit } from "./serve";

/** Tokens of an answer on the way, at most. */
const OPTIONS: Pick<EvaluationOptions, "maxNewTokens" | "pattern"> = { maxNewTokens: 64, pattern: "" };

/** Rows that are scored at least where a score tells the best values. */
const ROWS_FOR_METRIC = 32;

interface SamplerParts {
  readonly model: ActiveModel;
  readonly emit: Emit;
  readonly rows: readonly PreparedRow[];
  readonly encoding: RowEncoding;
  /** Optimizer steps between samples; 0: with each validation. */
  readonly every: number;
  /** How many rows are scored, and how many are shown. */
  readonly scored: number;
  readonly shown: number;
}

/**
 * Answers held-out rows in the course of a run, to show what the model has learned, and scores them if asked. Decoding
 * is greedy, so that answers change only because the weights did.
 */
export class Sampler {
  readonly #parts: SamplerParts;
  #isOver = false;

  private constructor(parts: SamplerParts) {
    this.#parts = parts;
  }

  /** Creates a sampler of the first held-out rows, or the first training row if none is held out; null if it is off. */
  static async create(
    { model, emit }: { readonly model: ActiveModel; readonly emit: Emit },
    { data, adapter, training }: RunSetup,
    config: RunConfig,
  ): Promise<Sampler | null> {
    const { sampleEvery: every, metricForBestModel = "loss" } = training;
    const scored = Math.max(training.scoreRows ?? 0, metricForBestModel === "loss" ? 0 : ROWS_FOR_METRIC);
    const shown = training.sampleRows ?? (every > 0 ? 1 : 0);
    const wanted = Math.max(shown, scored);
    if (wanted === 0) return null;
    const places = data.heldOut.length > 0 ? data.heldOut.slice(0, wanted) : [data.sampleRow];
    const datasetId = config.validationDatasetId ?? config.datasetId;
    const found = await Promise.all(places.map((place) => readRows(datasetId, place, 1)));
    const encoding = { ...templateOf(config), ...learnRuleOf(training), maxLength: training.maxLength };
    const positions = model.engine.maxPositions - adapter.promptLength - adapter.prefixLength;
    const rows = prepareRows(found.flat(), encoding, model, positions);
    if (rows.length === 0) return null;
    return new Sampler({ model, emit, rows, encoding, every, scored, shown });
  }

  /** Whether answers are due after a step, beside those that go with validations. */
  isDue(step: number): boolean {
    return !this.#isOver && this.#parts.every > 0 && step % this.#parts.every === 0;
  }

  /** Whether something is to be answered with a validation. */
  get goesWithValidation(): boolean {
    return !this.#isOver && (this.#parts.every === 0 || this.#parts.scored > 0);
  }

  /**
   * Answers with the current adapter; no step may be in flight. Ends sampling if there is no memory for it.
   *
   * @returns the mean scores if rows are scored, else null
   */
  async sample(step: number, state: AdapterState, signal: AbortSignal): Promise<ScoreValues | null> {
    const { rows, model, encoding, scored, shown, emit } = this.#parts;
    const scoring: SideScoring = {
      ...{ model, encoding, signal },
      options: { ...OPTIONS, limit: rows.length },
      onRow: () => undefined,
    };
    const speaker = { engine: model.engine, state };
    try {
      const answers =
        scored > 0
          ? await scoreSide(speaker, rows, scoring)
          : await answerRows(speaker, rows.slice(0, shown), scoring);
      answers.slice(0, shown).forEach((answer, index) => {
        const row = rows[index];
        if (row) emit("sample", sampleOf(step, row, answer, scored > 0));
      });
      return scored > 0 ? meanScores(rows, answers) : null;
    } catch (error) {
      if (signal.aborted) return null;
      if (!(error instanceof LuthierError) || error.code === "device-lost") throw error;
      this.#isOver = true;
      emit("log", { time: Date.now(), line: { kind: "samples-ended", problem: error.problem } });
      return null;
    }
  }
}

function sampleOf(
  step: number,
  { question, expected }: PreparedRow,
  { text: answer, values }: ScoredAnswer,
  isScored: boolean,
): SampleAnswer {
  return { step, question, expected, answer, ...(isScored && { values }) };
}
