import type { BestValues } from "../engine/train/best-values";
import type { Trainer } from "../engine/train/trainer";
import { LuthierError } from "../lib/errors";
import type { InterruptedRun } from "../protocol/commands";
import { deleteCheckpoint, loadCheckpoint, type RunCheckpoint, saveCheckpoint } from "../storage/checkpoints";
import { findDataset } from "../storage/datasets";
import type { ActiveAdapter } from "./active";
import { keepAdapter } from "./kept-adapter";
import type { Session } from "./session";
import type { TrainingReporter } from "./training-reporter";

/** A run is kept at least this often, so that a closed tab or a lost GPU costs little. */
const KEEP_EVERY_MS = 30_000;

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
  #keptAt = performance.now();
  #isFull = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    return !this.#isFull && performance.now() - this.#keptAt > KEEP_EVERY_MS;
  }

  /** Keeps all that the run needs to go on. Without room for it the run goes on, and the log says so. */
  async keep(): Promise<void> {
    const { session, trainer, reporter, best, run, startedAt } = this.#parts;
    const adapter = this.#parts.trained();
    const { id, name } = adapter.summary;
    try {
      await keepAdapter(session, adapter);
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
      this.#isFull = true;
      session.emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
    }
    this.#keptAt = performance.now();
  }
}

/** Forgets the loaded model's run that was under way; that it cannot be forgotten stops nobody. */
export async function forgetRun(session: Pick<Session, "hasModel" | "model" | "emit">): Promise<void> {
  if (!session.hasModel) return;
  try {
    await deleteCheckpoint(session.model.summary.id);
  } catch (error) {
    if (!(error instanceof LuthierError)) throw error;
    session.emit("log", { time: Date.now(), line: { kind: "problem", problem: error.problem } });
  }
}

/** The loaded model's run that did not come to its end, or null; one whose dataset is gone is forgotten. */
export async function findInterruptedRun(
  session: Pick<Session, "hasModel" | "model" | "emit">,
): Promise<InterruptedRun | null> {
  if (!session.hasModel) return null;
  const kept = await loadCheckpoint(session.model.summary.id);
  if (!kept) return null;
  const dataset = await findDataset(kept.config.datasetId).catch(() => null);
  if (!dataset) {
    await forgetRun(session);
    return null;
  }
  const { adapter, snapshot, totalSteps, savedAt } = kept;
  return { name: adapter.name, datasetName: dataset.name, step: snapshot.step, totalSteps, savedAt };
}

/** The loaded model's run that is to go on. Errors when there is none. */
export async function requireCheckpoint({ model }: Pick<Session, "model">): Promise<RunCheckpoint> {
  const kept = await loadCheckpoint(model.summary.id);
  if (kept) return kept;
  throw new LuthierError({ code: "config/no-run-to-resume" });
}
