import type { AdapterState } from "../engine/adapters/adapter-state";
import type { LoadedModel } from "../engine/models/loaded-model";
import { predictTrainingMemory } from "../engine/train/memory";
import { Trainer } from "../engine/train/trainer";
import { planTraining } from "../engine/train/plans";
import { LuthierError } from "../lib/errors";
import type { SmallerRun } from "../lib/problems/worker-problems";
import type { FitChange } from "../shared/forecast";
import { fitChanges } from "./forecast";
import { type RunSetup, trainerOptions } from "./run-setup";
import type { Session } from "./session";

/** The parts of the session that a trainer needs. */
export type TrainerHost = Pick<Session, "model" | "tune">;

/**
 * Allocates a run's GPU resources and picks the fastest kernels. If memory runs out, the error suggests changes that
 * need less.
 */
export async function makeTrainer(
  session: TrainerHost,
  setup: RunSetup,
  state: AdapterState,
): Promise<Trainer> {
  const { engine } = session.model;
  const options = trainerOptions(setup.training, setup.data, setup.objective);
  // A dry-run plan collects the run's matrix shapes, so that unknown ones are timed before the real plan.
  planTraining(engine, state, options);
  await session.tune();
  try {
    return await Trainer.create(engine, state, options);
  } catch (error) {
    if (!(error instanceof LuthierError) || error.code !== "out-of-memory") throw error;
    throw await withSuggestions(error, engine, setup);
  }
}

/** How much memory is missing is unknown; aims to halve the run's memory apart from the weights. */
async function withSuggestions(
  error: LuthierError,
  engine: LoadedModel,
  setup: RunSetup,
): Promise<LuthierError> {
  const options = trainerOptions(setup.training, setup.data, setup.objective);
  const { weights, total } = predictTrainingMemory(engine, setup.adapter, options);
  const changes = await fitChanges(engine, setup, weights + (total - weights) / 2);
  const smaller = changes.filter((change) => change.totalBytes < total).map(smallerRun);
  return new LuthierError(
    { code: "out-of-memory/run", totalBytes: total, changes: smaller },
    { cause: error },
  );
}

function smallerRun({ kind, options, totalBytes }: FitChange): SmallerRun {
  return kind === "quantization" ? { quantised: true, totalBytes } : { ...options, totalBytes };
}
