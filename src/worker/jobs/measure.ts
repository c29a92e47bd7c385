import { AdapterState } from "../../engine/adapters/adapter-state";
import { planTraining } from "../../engine/train/plans";
import { cancelled } from "../../lib/errors";
import type { TrainingSpeed } from "../../shared/forecast";
import type { RunConfig } from "../../shared/training";
import type { EncodedRows } from "../encoded-rows";
import type { AdapterHost } from "../kept-adapter";
import { makeTrainer, type TrainerHost } from "../make-trainer";
import { drawValues, setUpRun, trainerOptions } from "../run-setup";
import type { Job } from "./owner";

/** The parts of the session that measuring needs. */
type MeasureHost = AdapterHost & TrainerHost;

/** Maximum number of timed steps, and the time after which no further step starts. */
const STEPS = 4;
const MAX_MS = 4000;

/**
 * Times the first steps of a run on the real data, one batch each, and discards their result. The first step is not
 * counted, since drivers still compile pipelines during it.
 */
export function measureJob(
  session: MeasureHost,
  encoded: EncodedRows,
  config: RunConfig,
): Job<TrainingSpeed> {
  return { kind: "measure", run: ({ signal }) => measure(session, encoded, config, signal) };
}

async function measure(
  session: MeasureHost,
  encoded: EncodedRows,
  config: RunConfig,
  signal: AbortSignal,
): Promise<TrainingSpeed> {
  const setup = await setUpRun(session, encoded, config, signal);
  const { training, data, adapter } = setup;
  const { engine } = session.model;
  const values = await drawValues(session, setup);
  const state = new AdapterState(engine.gpu, adapter);
  try {
    state.write(values);
    const { train } = planTraining(engine, state, trainerOptions(training, data, setup.objective));
    const trainer = await makeTrainer(session, setup, state);
    try {
      let [flops, tokens, elapsedMs, steps] = [0, 0, 0, 0];
      for (let step = 0; step <= STEPS && elapsedMs < MAX_MS; step++) {
        if (signal.aborted) throw cancelled();
        const [batch] = data.batches(step % data.totalSteps);
        if (!batch) break;
        const started = performance.now();
        await trainer.step([batch], training.learningRate, training.seed);
        if (step === 0) continue;
        elapsedMs += performance.now() - started;
        steps++;
        flops += train.find(({ shape }) => shape.length === batch.length)?.plan.flops ?? 0;
        tokens += batch.segments.flat().reduce((sum, { length }) => sum + length, 0);
      }
      const seconds = elapsedMs / 1000;
      return { flopsPerSecond: flops / seconds, tokensPerSecond: tokens / seconds, steps };
    } finally {
      trainer.destroy();
    }
  } finally {
    state.destroy();
  }
}
