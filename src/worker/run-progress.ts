import type { BestValues } from "../engine/train/best-values";
import type { Trainer } from "../engine/train/trainer";
import { LuthierError } from "../lib/errors";
import type { InterruptedRun } from "../protocol/commands";
import {
  deleteCheckpoint,
  type KeptRun,
  listRuns,
  loadCheckpoint,
  type RunCheckpoint,
  saveCheckpoint,
} from "../storage/checkpoints";
import { findDataset } from "../storage/datasets";
import type { ActiveAdapter } from "./active";
import { saveNow } from "./kept-adapter";
import { isOwned } from "./run-lock";
import type { Session } from "./session";
import type { TrainingReporter } from "./training-reporter";

/**
 * A run is kept this often, so that a closed tab or a lost GPU costs no more than half a minute, the step that runs and the
 * keeping itself with it; and first soon after its start.
 */
const KEEP_EVERY_MS = 25_000;
const KEEP_FIRST_MS = 8_000;

/** Without room to keep it, a run looks again this often. */
const LOOK_AGAIN_MS = 60_000;

/** What a run is kept from. */
interface RunParts {
  readonly session: Session;
  readonly trainer: Trainer;
  readonly reporter: TrainingReporter;
  readonly best: BestValues;
  /** The adapter as it is now. */
  trained(): ActiveAdapter;
  /** What does not change within the run. */
  readonly run: Pick<RunCheckpoint, "config" | "totalSteps">;
  /** When the run began, less what it took before it was resumed; as performance.now() counts. */
  readonly startedAt: number;
}

/** Keeps a run's progress and its adapter now and then, while no step is on its way. */
export class RunKeeper {
  readonly #parts: RunParts;
  #dueAt = performance.now() + KEEP_FIRST_MS;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    return performance.now() >= this.#dueAt;
  }

  /** Keeps all that the run needs to go on. Without room for it the run goes on, and the log says so. */
  async keep(): Promise<void> {
    let wait = KEEP_EVERY_MS;
    const { session, trainer, reporter, best, run, startedAt } = this.#parts;
    const adapter = this.#parts.trained();
    const { id, name } = adapter.summary;
    try {
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
      wait = LOOK_AGAIN_MS;
      session.emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
    }
    this.#dueAt = performance.now() + wait;
  }
}

/** Forgets a run that has come to its end; that it cannot be forgotten stops nobody. */
export async function forgetRun({ emit }: Pick<Session, "emit">, id: string): Promise<void> {
  try {
    await deleteCheckpoint(id);
  } catch (error) {
    if (!(error instanceof LuthierError)) throw error;
    emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
  }
}

/**
 * Forgets a run that the person gives up.
 * @throws LuthierError("busy") while a tab trains it
 */
export async function discardRun(id: string): Promise<void> {
  if (await isOwned(id)) throw new LuthierError({ code: "busy/elsewhere" });
  await deleteCheckpoint(id);
}

/** The loaded model's runs that did not come to their end, the latest first. */
export async function listInterruptedRuns(
  session: Pick<Session, "hasModel" | "model">,
): Promise<InterruptedRun[]> {
  if (!session.hasModel) return [];
  const runs = await listRuns(session.model.summary.id);
  return Promise.all(runs.map((run) => describeRun(run)));
}

async function describeRun({
  adapter: { id, name },
  config,
  step,
  totalSteps,
  savedAt,
}: KeptRun): Promise<InterruptedRun> {
  // Gone, or not to be read just now: the run is kept either way.
  const dataset = await findDataset(config.datasetId).catch(() => null);
  const isElsewhere = await isOwned(id);
  return { id, name, datasetName: dataset?.name ?? null, isElsewhere, step, totalSteps, savedAt };
}

/** The loaded model's run that is to go on. Errors when there is none of that id. */
export async function requireCheckpoint(
  { model }: Pick<Session, "model">,
  id: string,
): Promise<RunCheckpoint> {
  const kept = await loadCheckpoint(id);
  if (kept?.modelId === model.summary.id) return kept;
  throw new LuthierError({ code: "config/no-run-to-resume" });
}
