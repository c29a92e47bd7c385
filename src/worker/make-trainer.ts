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

/** What a trainer is made on. */
export type TrainerHost = Pick<Session, "model" | "tune">;

/**
 * Makes everything that a run needs on the GPU, with the kernels that are fastest there. Errors: not enough memory,
 * with the changes that would need less.
 */
export async function makeTrainer(
  session: TrainerHost,
  setup: RunSetup,
  state: AdapterState,
): Promise<Trainer> {
  const { engine } = session.model;
  const options = trainerOptions(setup.training, setup.data);
  // Planning asks the tuner for every matrix shape of the run; what it does not know is timed before the real plan.
  planTraining(engine, state, options);
  await session.tune();
  try {
    return await Trainer.create(engine, state, options);
  } catch (error) {
    if (!(error instanceof LuthierError) || error.code !== "out-of-memory") throw error;
    throw await withWaysOut(error, engine, setup);
  }
}

/** What did not fit is not known, so that what a run takes besides the weights should become half of what it was. */
async function withWaysOut(error: LuthierError, engine: LoadedModel, setup: RunSetup): Promise<LuthierError> {
  const options = trainerOptions(setup.training, setup.data);
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
