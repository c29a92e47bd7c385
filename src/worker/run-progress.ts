import type { BestValues } from "../engine/train/best-values";
import type { Trainer } from "../engine/train/trainer";
import { LuthierError } from "../lib/errors";
import type { InterruptedRun } from "../protocol/commands";
import {
  deleteCheckpoint,
  type StoredRun,
  listRuns,
  loadCheckpoint,
  type RunCheckpoint,
  saveCheckpoint,
} from "../storage/checkpoints";
import { findDataset } from "../storage/datasets";
import { labelRun } from "../storage/run-records";
import type { ActiveAdapter } from "./active";
import { saveNow } from "./kept-adapter";
import { deletedRuns } from "./run-library";
import { isOwned } from "./run-lock";
import { withPresentData } from "./run-dataset";
import type { RunRecorder } from "./run-recorder";
import type { Session } from "./session";
import type { TrainingReporter } from "./training-reporter";

/**
 * Checkpoint interval: with the running step and the saving itself, a closed tab or lost device costs at most about
 * half a minute. The first checkpoint comes earlier.
 */
const KEEP_EVERY_MS = 25_000;
const KEEP_FIRST_MS = 8_000;

/** Retry interval when storage is full. */
const RETRY_MS = 60_000;

/** Sources of a checkpoint. */
interface RunParts {
  readonly session: Session;
  readonly trainer: Trainer;
  readonly reporter: TrainingReporter;
  readonly recorder: RunRecorder;
  readonly best: BestValues;
  /** The adapter in its current state. */
  trained(): ActiveAdapter;
  /** Constants of the run. */
  readonly run: Pick<RunCheckpoint, "config" | "totalSteps" | "references">;
  /** Start of the run on the performance.now() clock, shifted back by the time spent before it was resumed. */
  readonly startedAt: number;
}

/** Saves checkpoints of a run periodically, between steps. */
export class RunKeeper {
  readonly #parts: RunParts;
  #dueAt = performance.now() + KEEP_FIRST_MS;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    return performance.now() >= this.#dueAt;
  }

  /** Saves a checkpoint. If storage is full, the run continues and the log says so. */
  async keep(): Promise<void> {
    let wait = KEEP_EVERY_MS;
    const { session, trainer, reporter, recorder, best, run, startedAt } = this.#parts;
    const adapter = this.#parts.trained();
    const { id, name } = adapter.summary;
    try {
      await recorder.save({ state: "running", elapsedMs: performance.now() - startedAt });
      await saveNow(session, adapter);
      await saveCheckpoint({
        ...run,
        modelId: session.model.summary.id,
        adapter: { id, name },
        savedAt: Date.now(),
        elapsedMs: performance.now() - startedAt,
        history: reporter.history,
        snapshot: await trainer.snapshot(),
        best: best.progress,
      });
    } catch (error) {
      if (!(error instanceof LuthierError) || error.code !== "storage") throw error;
      wait = RETRY_MS;
      session.emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
    }
    this.#dueAt = performance.now() + wait;
  }
}

/** Deletes the checkpoint of a finished run. Failures are logged and otherwise ignored. */
export async function forgetRun({ emit }: Pick<Session, "emit">, id: string): Promise<void> {
  try {
    await deleteCheckpoint(id);
  } catch (error) {
    if (!(error instanceof LuthierError)) throw error;
    emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
  }
}

/**
 * Discards an interrupted run.
 * @throws LuthierError("busy") while a tab trains it
 */
export async function discardRun(id: string): Promise<void> {
  if (await isOwned(id)) throw new LuthierError({ code: "busy/elsewhere" });
  await deleteCheckpoint(id);
  await labelRun(id, { state: "stopped" });
}

/** The loaded model's interrupted runs, latest first. */
export async function listInterruptedRuns(
  session: Pick<Session, "hasModel" | "model">,
): Promise<InterruptedRun[]> {
  if (!session.hasModel) return [];
  const [runs, deleted] = await Promise.all([listRuns(session.model.summary.id), deletedRuns()]);
  return Promise.all(runs.filter(({ adapter }) => !deleted.has(adapter.id)).map((run) => describeRun(run)));
}

async function describeRun({
  adapter: { id, name },
  config,
  step,
  totalSteps,
  savedAt,
}: StoredRun): Promise<InterruptedRun> {
  // A missing or unreadable dataset does not hide the run.
  const { datasetId } = await withPresentData(config);
  const dataset = await findDataset(datasetId).catch(() => null);
  const isElsewhere = await isOwned(id);
  return { id, name, datasetName: dataset?.name ?? null, isElsewhere, step, totalSteps, savedAt };
}

/** The checkpoint of one of the loaded model's runs. Throws if there is none with that id. */
export async function requireCheckpoint(
  { model }: Pick<Session, "model">,
  id: string,
): Promise<RunCheckpoint> {
  const kept = await loadCheckpoint(id);
  if (kept?.modelId === model.summary.id) return kept;
  throw new LuthierError({ code: "config/no-run-to-resume" });
}
