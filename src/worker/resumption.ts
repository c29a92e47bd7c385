import type { BestProgress } from "../engine/train/best-values";
import type { HostTensor } from "../engine/adapters/common/method";
import type { Trainer } from "../engine/train/trainer";
import { LuthierError } from "../lib/errors";
import type { RunHistory } from "../shared/run-history";
import type { RunSummary } from "../shared/run-record";
import type { RunConfig } from "../shared/training";
import type { RunReferences } from "../storage/checkpoints";
import { findRunRecord, loadRunDetails } from "../storage/run-records";
import { bestFigure } from "./best-figure";
import { readAdapter } from "./kept-adapter";
import { momentsOf } from "./optimizer-state";
import { requireCheckpoint } from "./run-progress";
import type { Session } from "./session";

/** Everything a run needs to resume. */
export interface Resumption {
  readonly adapter: { readonly id: string; readonly name: string };
  readonly config: RunConfig;
  readonly step: number;
  /** Training time so far. */
  readonly elapsedMs: number;
  readonly history: RunHistory;
  readonly best: BestProgress;
  readonly references?: RunReferences | undefined;
  /** Whether the run had ended, and is extended by more steps. */
  readonly isExtension: boolean;
  /** The adapter's values; null where `restore` brings them. */
  readonly values: ReadonlyMap<string, HostTensor> | null;
  /** Brings the trainer to the state after `step`. */
  restore(trainer: Trainer): void;
}

/** An interrupted run of the loaded model. Throws if there is none with that id. */
export async function interruptedRun(session: Pick<Session, "model">, id: string): Promise<Resumption> {
  const { adapter, config, elapsedMs, history, best, references, snapshot } = await requireCheckpoint(
    session,
    id,
  );
  return {
    ...{ adapter, config, step: snapshot.step, elapsedMs, history, best, references },
    isExtension: false,
    values: null,
    restore: (trainer) => trainer.restore(snapshot),
  };
}

/**
 * An ended run of the loaded model with more steps, from the very state in which it ended.
 *
 * @throws LuthierError("config") if its last state is not kept: after other values were restored at its end, or without
 *   the optimizer's state
 */
export async function extendedRun(session: Session, id: string, moreSteps: number): Promise<Resumption> {
  const [record, details] = await Promise.all([findRunRecord(id), loadRunDetails(id)]);
  const isOver = record?.state === "done" || record?.state === "stopped";
  if (!record || !details || !isOver || record.model.id !== session.model.summary.id) throw nothingToExtend();
  const { summary, adapter, values } = await readAdapter(session, id);
  const moments = await momentsOf(session, id, adapter);
  if (!moments || moments.steps < record.steps) throw nothingToExtend();
  const last = details.validation.at(-1);
  const { loadBestModelAtEnd, earlyStoppingPatience } = record.config.training;
  const isWatched = loadBestModelAtEnd || earlyStoppingPatience > 0;
  const found =
    isWatched && last
      ? { step: last.step, loss: last.loss, ...bestFigure(record.config.training, last) }
      : null;
  return {
    adapter: { id, name: summary.name },
    config: withMoreSteps(record, details, moreSteps),
    step: record.steps,
    elapsedMs: record.elapsedMs,
    history: { steps: details.steps, validation: details.validation },
    best: { best: found && { ...found, values }, measuredSince: 0 },
    isExtension: true,
    values,
    restore: (trainer) => trainer.adopt(moments, record.steps),
  };
}

function nothingToExtend(): LuthierError {
  return new LuthierError({ code: "config/no-run-to-extend" });
}

/** The limits of time and epochs were those of the first part; what is asked for now are steps. */
function withMoreSteps({ config, steps }: RunSummary, history: RunHistory, moreSteps: number): RunConfig {
  const maxSteps = steps + moreSteps;
  const last = history.steps.at(-1);
  const stepsPerEpoch = last && last.epoch > 0 ? last.step / last.epoch : 1;
  const epochs = Math.max(config.training.epochs, Math.ceil(maxSteps / stepsPerEpoch) + 1);
  return { ...config, training: { ...config.training, maxSteps, epochs, maxMinutes: 0 } };
}
