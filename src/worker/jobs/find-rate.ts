import { AdapterState } from "../../engine/adapters/adapter-state";
import { cancelled } from "../../lib/errors";
import { methodSpecs } from "../../shared/methods";
import {
  hasDiverged,
  type RatePoint,
  type RateSearch,
  SEARCH_STEPS,
  searchRate,
  suggestRate,
} from "../../shared/rate-search";
import type { RunConfig } from "../../shared/training";
import type { EncodedRows } from "../encoded-rows";
import type { AdapterHost } from "../kept-adapter";
import { makeTrainer, type TrainerHost } from "../make-trainer";
import { drawValues, setUpRun } from "../run-setup";
import type { Job } from "./owner";

/** Factor by which the search goes beyond the method's usual range on either side. */
const BEYOND = 10;

/** Trains with a rising learning rate and discards the result; the losses suggest a rate. */
export function findRateJob(
  session: AdapterHost & TrainerHost,
  encoded: EncodedRows,
  config: RunConfig,
): Job<RateSearch> {
  return {
    kind: "measure",
    subject: "learning-rate",
    run: ({ signal }) => findRate(session, encoded, config, signal),
  };
}

async function findRate(
  session: AdapterHost & TrainerHost,
  encoded: EncodedRows,
  config: RunConfig,
  signal: AbortSignal,
): Promise<RateSearch> {
  const setup = await setUpRun(session, encoded, config, signal);
  const { training, data, adapter } = setup;
  const { low, high } = methodSpecs[config.method.id].learningRate;
  const values = await drawValues(session, setup);
  const state = new AdapterState(session.model.engine.gpu, adapter);
  try {
    state.write(values);
    const trainer = await makeTrainer(session, setup, state);
    try {
      const points: RatePoint[] = [];
      for (let step = 0; step < SEARCH_STEPS && !hasDiverged(points); step++) {
        if (signal.aborted) throw cancelled();
        const rate = searchRate(step, low / BEYOND, high * BEYOND);
        const batches = data.batches(step % data.totalSteps);
        const { loss, finite } = await trainer.step(batches, rate, training.seed);
        if (!finite) break;
        points.push({ rate, loss });
      }
      return { points, suggestion: suggestRate(points) };
    } finally {
      trainer.destroy();
    }
  } finally {
    state.destroy();
  }
}
