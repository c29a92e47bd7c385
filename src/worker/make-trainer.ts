import type { AdapterState } from "../engine/adapters/adapter-state";
import type { LoadedModel } from "../engine/models/loaded-model";
import { predictTrainingMemory } from "../engine/train/memory";
import { Trainer } from "../engine/train/trainer";
import { planTraining } from "../engine/train/plans";
import { LuthierError } from "../lib/errors";
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
  const ways = changes.filter((change) => change.totalBytes < total).map(describeChange);
  const advice =
    ways.length > 0
      ? `${capitalised(ways.join(", or "))}. Closing other tabs that use the GPU may help too.`
      : "Close other tabs that use the GPU, or choose a smaller model.";
  const what = `The GPU has not enough memory for this run, which takes ${gigabytes(total)}.`;
  return new LuthierError("out-of-memory", what, advice, { cause: error });
}

const trainingLabels = {
  batchSize: "Batch size",
  gradientAccumulation: "Gradient accumulation",
  maxLength: "Max length",
  gradientCheckpointing: "Gradient checkpointing",
} as const;

/** "set Batch size to 2 and Gradient accumulation to 4 (1.2 GB)" */
function describeChange({ kind, options, totalBytes }: FitChange): string {
  if (kind === "quantization") return `load the model in NF4 (${gigabytes(totalBytes)})`;
  const { gradientCheckpointing, ...numbers } = options;
  const parts = gradientCheckpointing ? [`turn on ${trainingLabels.gradientCheckpointing}`] : [];
  const settings = Object.entries(numbers).map(
    ([name, value]) => `${trainingLabels[name as keyof typeof numbers]} to ${value}`,
  );
  if (settings.length > 0) parts.push(`set ${settings.join(" and ")}`);
  return `${parts.join(" and ")} (${gigabytes(totalBytes)})`;
}

function gigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
