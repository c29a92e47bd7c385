import { LuthierError, type ErrorData } from "../lib/errors";
import type { LogLine } from "../protocol/log";
import type { Row } from "../shared/rows";
import type { EverydayLosses, RunRemark, RunState, RunSummary } from "../shared/run-record";
import type { SampleAnswer, ValidationReport } from "../shared/run-history";
import { findDataset, readRows } from "../storage/datasets";
import { findRunRecord, listRunRecords, loadRunDetails, saveRunRecord } from "../storage/run-records";
import { bestFigure } from "./best-figure";
import type { RunSetup } from "./run-setup";
import type { Emit } from "./serve";
import type { Session } from "./session";
import type { TrainingReporter } from "./training-reporter";

/** Held-out rows kept with a run, so that they outlive its dataset. */
const KEPT_ROWS = 100;
const KEPT_CHARACTERS = 1_000_000;

/** Maximum number of log remarks to keep. */
const MAX_REMARKS = 500;

/** Outcome of a run, as recorded. */
interface Outcome {
  readonly state: RunState;
  readonly problem?: ErrorData;
  readonly elapsedMs: number;
  /** Measured at the end. */
  readonly everyday?: EverydayLosses | null;
}

/** Keeps the record of a run up to date: at its start, with every checkpoint, and at its end. */
export class RunRecorder {
  readonly #session: Session;
  readonly #reporter: TrainingReporter;
  readonly #base: RunSummary;
  readonly #heldOut: {
    readonly datasetId: string;
    readonly indices: readonly number[];
    readonly rows: Row[];
  };
  readonly #samples: SampleAnswer[];
  readonly #log: RunRemark<LogLine>[];

  /** Ids of the intermediate adapters. */
  checkpointIds: readonly string[];

  private constructor(
    session: Session,
    reporter: TrainingReporter,
    base: RunSummary,
    heldOut: { datasetId: string; indices: readonly number[]; rows: Row[] },
    samples: readonly SampleAnswer[],
    log: readonly RunRemark<LogLine>[],
  ) {
    this.#session = session;
    this.#reporter = reporter;
    this.#base = base;
    this.#heldOut = heldOut;
    this.#samples = [...samples];
    this.#log = [...log];
    this.checkpointIds = base.adapterIds.filter((id) => id !== base.id);
  }

  /** Starts the record of a run, or continues that of one that is resumed, or begun again without what it had. */
  static async open(
    session: Session,
    reporter: TrainingReporter,
    run: { readonly id: string; readonly name: string; readonly isResumed: boolean },
    setup: RunSetup,
  ): Promise<RunRecorder> {
    const { config, data } = setup;
    const known = await findRunRecord(run.id);
    const details = known && run.isResumed ? await loadRunDetails(run.id) : null;
    // An extended run has new limits.
    const base = known
      ? { ...known, config, totalSteps: data.totalSteps }
      : await newSummary(session, run, setup);
    const datasetId = config.validationDatasetId ?? config.datasetId;
    const heldOut = { datasetId, indices: data.heldOut, rows: await firstRows(datasetId, data.heldOut) };
    // The log was written by this worker, in the protocol's form.
    const log = (details?.log ?? []) as readonly RunRemark<LogLine>[];
    return new RunRecorder(session, reporter, base, heldOut, details?.samples ?? [], log);
  }

  /** Emits to the page and records samples and remarks. */
  readonly emit: Emit = (name, payload) => {
    if (name === "sample") this.#samples.push(payload as SampleAnswer);
    if (name === "log" && this.#log.length < MAX_REMARKS) this.#log.push(payload as RunRemark<LogLine>);
    this.#session.emit(name, payload);
  };

  /** Saves the record. If storage is full, the run continues and the log says so. */
  async save({ state, problem, elapsedMs, everyday = null }: Outcome): Promise<void> {
    const { history, doneSteps, tokens, finalLoss, validationLoss, validationStep } = this.#reporter;
    const figureOf = (point: ValidationReport): number =>
      bestFigure(this.#base.config.training, point).figure ?? point.loss;
    const best = history.validation.reduce<ValidationReport | null>(
      (lowest, point) => (lowest === null || figureOf(point) < figureOf(lowest) ? point : lowest),
      null,
    );
    const figures = {
      ...{ steps: doneSteps, tokens, finalLoss, validationLoss, validationStep },
      best: best && { step: best.step, loss: best.loss },
    };
    try {
      await saveRunRecord({
        summary: {
          ...this.#base,
          ...figures,
          state,
          problem: problem ?? null,
          everyday,
          elapsedMs,
          savedAt: Date.now(),
          adapterIds: doneSteps > 0 ? [this.#base.id, ...this.checkpointIds] : [],
        },
        details: { ...history, samples: this.#samples, log: this.#log },
        heldOut: this.#heldOut,
      });
    } catch (error) {
      if (!(error instanceof LuthierError) || error.code !== "storage") throw error;
      this.#session.emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
    }
  }
}

async function newSummary(
  session: Session,
  { id, name }: { readonly id: string; readonly name: string },
  { config, data }: RunSetup,
): Promise<RunSummary> {
  const { summary: model, engine } = session.model;
  const { info } = engine.gpu;
  const dataset = await findDataset(config.datasetId);
  const numbers = (await listRunRecords()).map(({ number }) => number);
  return {
    id,
    number: Math.max(0, ...numbers) + 1,
    name,
    note: "",
    starred: false,
    deletedAt: null,
    state: "running",
    config,
    model: { id: model.id, title: model.title, precision: model.precision },
    data: { id: dataset.id, name: dataset.name, rows: dataset.rows, importedAt: dataset.importedAt },
    environment: {
      gpu: [info.name, info.architecture].filter(Boolean).join(" "),
      software: info.software,
      browser: navigator.userAgent,
    },
    startedAt: Date.now(),
    savedAt: Date.now(),
    elapsedMs: 0,
    steps: 0,
    totalSteps: data.totalSteps,
    tokens: 0,
    finalLoss: null,
    validationLoss: null,
    validationStep: null,
    best: null,
    problem: null,
    everyday: null,
    adapterIds: [],
  };
}

/** The first rows at these indices, within bounds. */
async function firstRows(datasetId: string, indices: readonly number[]): Promise<Row[]> {
  const rows: Row[] = [];
  let room = KEPT_CHARACTERS;
  for (const index of indices.slice(0, KEPT_ROWS)) {
    const [row] = await readRows(datasetId, index, 1);
    if (!row) continue;
    room -= JSON.stringify(row).length;
    if (room < 0) break;
    rows.push(row);
  }
  return rows;
}
