import { Generator } from "../../../src/engine/generate/generator";
import { planGenerator } from "../../../src/engine/generate/plans";
import type { Gpu } from "../../../src/engine/gpu/device";
import type { PipelineCache } from "../../../src/engine/gpu/pipelines";
import type { Tuner } from "../../../src/engine/kernels/tuner";
import type { LoadedModel } from "../../../src/engine/models/loaded-model";
import { predictTrainingMemory } from "../../../src/engine/train/memory";
import { planTraining } from "../../../src/engine/train/plans";
import { Trainer } from "../../../src/engine/train/trainer";
import { LuthierError } from "../../../src/lib/errors";
import { makeRng } from "../../../src/lib/rng";
import { defaultGeneration } from "../../../src/shared/generation";
import { median } from "../suite/measure";
import { type KernelCost, profileKernels } from "../suite/profile";
import { type BenchModel, bindLora, loadBench, makeLora, randomBatch, trainerOptions } from "./models";

/** A LoRA step on all linear layers. */
export interface TrainingFigures {
  /** Median of the timed steps, each with its loss read back. */
  readonly stepMs: number;
  readonly tokens: number;
  readonly flops: number;
  readonly dispatches: number;
  readonly gradientCheckpointing: boolean;
  readonly peakBytes: number;
  readonly predictedBytes: number;
  readonly loss: number;
  /** Time and number of choices that the tuner made for this plan. */
  readonly tuning: { readonly ms: number; readonly choices: Readonly<Record<string, string>> };
  /** Kernels of a step by their share of its GPU time; null without timestamps. */
  readonly kernels: readonly KernelCost[] | null;
}

/** Tokens per second of answers. */
export interface AnswerFigures {
  readonly weightBytes: number;
  readonly byPosition: Readonly<
    Record<
      string,
      { readonly prefillTokensPerSecond: number; readonly decodeTokensPerSecond: number } | string
    >
  >;
}

/** The GPU, what is compiled on it, and when to stop. */
export interface Bench {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuner: Tuner;
  /** Milliseconds left. */
  left(): number;
}

const STEPS = 5;
/** Kernels listed; the rest is summed up. */
const LISTED = 24;

/** Trains a few steps; with gradient checkpointing if the GPU's memory does not suffice without. */
export async function measureTraining(bench: Bench, model: BenchModel): Promise<TrainingFigures> {
  const loaded = await loadBench(bench.gpu, bench.pipelines, bench.tuner, model);
  try {
    return await trainSteps(bench, model, loaded, false).catch((error: unknown) => {
      if (!(error instanceof LuthierError) || error.code !== "out-of-memory") throw error;
      return trainSteps(bench, model, loaded, true);
    });
  } finally {
    loaded.weights.destroy();
  }
}

async function trainSteps(
  { gpu, tuner, left }: Bench,
  bench: BenchModel,
  model: LoadedModel,
  gradientCheckpointing: boolean,
): Promise<TrainingFigures> {
  const options = trainerOptions(bench, gradientCheckpointing);
  const state = await makeLora(model);
  try {
    const before = new Set(Object.keys(tuner.choices));
    planTraining(model, state, options);
    const started = performance.now();
    await tuner.measure();
    const ms = performance.now() - started;
    const choices = Object.fromEntries(Object.entries(tuner.choices).filter(([key]) => !before.has(key)));
    gpu.resetPeak();
    const trainer = await Trainer.create(model, state, options);
    try {
      const batch = randomBatch(bench, 1);
      const step = async (): Promise<{ ms: number; loss: number }> => {
        const start = performance.now();
        const { loss } = await trainer.step([batch], 1e-4, 0);
        return { ms: performance.now() - start, loss };
      };
      await step();
      // The second step already has submits of the right size.
      const { loss, ms: second } = await step();
      checkLoss(loss, bench);
      const times = [second];
      while (times.length < STEPS && left() > 3 * second) times.push((await step()).ms);
      const { peakBytes } = gpu.usage;
      const [plan] = planTraining(model, state, options).train.map(({ plan }) => plan);
      return {
        stepMs: median(times),
        tokens: bench.rows * bench.length,
        flops: plan?.flops ?? 0,
        dispatches: plan?.calls.length ?? 0,
        gradientCheckpointing,
        peakBytes,
        predictedBytes: predictTrainingMemory(model, bindLora(model.spec), options).total,
        loss,
        tuning: { ms, choices },
        kernels: gpu.has("timestamp-query") ? shortened(await profileKernels(gpu.device, step)) : null,
      };
    } finally {
      trainer.destroy();
    }
  } finally {
    state.destroy();
  }
}

/** Random tokens under a random model have a loss of about ln V. */
function checkLoss(loss: number, { config }: BenchModel): void {
  const expected = Math.log(config.vocab_size as number);
  if (!(Math.abs(loss - expected) < 0.2 * expected))
    throw new Error(`a loss of ${loss} is not near ${expected}`);
}

function shortened(costs: readonly KernelCost[]): readonly KernelCost[] {
  const rest = costs.slice(LISTED);
  const sum = (field: "dispatches" | "elapsedMs"): number =>
    rest.reduce((total, cost) => total + cost[field], 0);
  const others = {
    kernel: `${rest.length} others`,
    dispatches: sum("dispatches"),
    elapsedMs: sum("elapsedMs"),
  };
  return rest.length === 0 ? costs : [...costs.slice(0, LISTED), others];
}

/** Decoded tokens at each position. */
const DECODED = 32;

/** Greedy answers of the base model after prompts of these lengths. */
export async function measureAnswers(
  bench: Bench,
  model: BenchModel,
  positions: readonly number[],
): Promise<AnswerFigures> {
  const { gpu, pipelines, tuner, left } = bench;
  const loaded = await loadBench(gpu, pipelines, tuner, model);
  const capacity = Math.max(...positions) + DECODED + 1;
  const byPosition: Record<
    string,
    { prefillTokensPerSecond: number; decodeTokensPerSecond: number } | string
  > = {};
  try {
    planGenerator(loaded, null, capacity);
    await tuner.measure();
    const generator = await Generator.create(loaded, null, capacity);
    await timeAnswer(generator, 16);
    let perToken = 0;
    for (const position of positions) {
      if (position * perToken > left() / 2) {
        byPosition[position] = "no time left";
        continue;
      }
      const { prefillMs, decodeMs } = await timeAnswer(generator, position);
      perToken = prefillMs / position;
      byPosition[position] = {
        prefillTokensPerSecond: (1000 * position) / prefillMs,
        decodeTokensPerSecond: 1000 / decodeMs,
      };
    }
    generator.destroy();
    return { weightBytes: loaded.weights.sizeBytes, byPosition };
  } finally {
    loaded.weights.destroy();
  }
}

/** Time to the first token, and the mean time of those that follow, which may arrive several at once. */
async function timeAnswer(
  generator: Generator,
  length: number,
): Promise<{ prefillMs: number; decodeMs: number }> {
  const prompt = Array.from({ length }, (_, index) => (index * 7 + 3) % 500);
  const options = { ...defaultGeneration, maxNewTokens: DECODED };
  const times = [performance.now()];
  for await (const _ of generator.generate(prompt, options, new Set(), makeRng(1)))
    times.push(performance.now());
  const [start = NaN, first = NaN] = times;
  return { prefillMs: first - start, decodeMs: ((times.at(-1) ?? NaN) - first) / (times.length - 2) };
}
