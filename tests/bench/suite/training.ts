import { defaultGeneration } from "../../../src/shared/generation";
import { makeRng } from "../../../src/lib/rng";
import type { Gpu } from "../../../src/engine/gpu/device";
import { Generator } from "../../../src/engine/generate/generator";
import type { LoadedModel } from "../../../src/engine/models/loaded-model";
import { predictTrainingMemory } from "../../../src/engine/train/memory";
import { Trainer } from "../../../src/engine/train/trainer";
import { planTraining } from "../../../src/engine/train/plans";
import { layOutParameters } from "../../../src/engine/adapters/adapter-state";
import { median } from "./measure";
import {
  benchOptions,
  bindLora,
  describeBench,
  loadBenchModel,
  makeLora,
  randomBatch,
  SIZE,
  STEP_TOKENS,
} from "./model";
import { type KernelCost, profileKernels } from "./profile";
import { type LeftOut, reasonOf, runsOf, type Scope } from "./scope";
import type { RivalTraining, TrainRival } from "./training-nanogpt";

/** Measurements of one LoRA training run. */
export interface TrainingResult {
  /** Median over steps, reading back the loss of each step. */
  readonly tokensPerSecond: number;
  /** Median fraction of a step in which JavaScript prepared, encoded and submitted it. */
  readonly hostShare: number;
  /** Dispatches that each additional layer adds to a forward and backward pass. */
  readonly dispatchesPerLayer: number;
  readonly peakBytes: number;
  /** The plan's prediction before anything was allocated. */
  readonly predictedBytes: number;
  readonly decodeTokensPerSecond: number;
  readonly rival: RivalTraining | null;
  readonly leftOut: readonly LeftOut[];
}

/**
 * Trains and generates with the benchmark's model. The rival trains between two halves of our steps, so that both see
 * the same machine load. Throws if a loss is implausible.
 */
export async function benchTraining(gpu: Gpu, trainRival: TrainRival, scope: Scope): Promise<TrainingResult> {
  gpu.resetPeak();
  const model = await loadBenchModel(gpu);
  const state = await makeLora(model);
  const trainer = await Trainer.create(model, state, benchOptions);
  await timeStep(trainer, 0);
  const steps = await timeSteps(trainer, runsOf(scope));
  const leftOut: LeftOut[] = [];
  let rival: RivalTraining | null = null;
  if (scope.rivals.includes("nanogpt")) {
    try {
      rival = await trainRival();
      steps.push(...(await timeSteps(trainer, runsOf(scope))));
    } catch (error) {
      leftOut.push({ rival: "nanogpt", why: reasonOf(error) });
    }
  }
  const { peakBytes } = gpu.usage;
  trainer.destroy();
  const decodeTokensPerSecond = await timeDecoding(model);
  await gpu.settle();
  return {
    tokensPerSecond: (1000 * STEP_TOKENS) / median(steps.map(({ elapsedMs }) => elapsedMs)),
    hostShare: median(steps.map(({ elapsedMs, hostMs }) => hostMs / elapsedMs)),
    dispatchesPerLayer: countDispatches(gpu, SIZE.layers) - countDispatches(gpu, SIZE.layers - 1),
    peakBytes,
    predictedBytes: predictTrainingMemory(describeBench(gpu), bindLora(model.spec), benchOptions).total,
    decodeTokensPerSecond,
    rival,
    leftOut,
  };
}

/** GPU time of each kernel of one warm step. */
export async function profileTraining(gpu: Gpu): Promise<KernelCost[]> {
  const model = await loadBenchModel(gpu);
  const trainer = await Trainer.create(model, await makeLora(model), benchOptions);
  await timeStep(trainer, 0);
  return profileKernels(gpu.device, () => timeStep(trainer, 1));
}

/** Dispatches of a forward and backward pass with this many layers. */
function countDispatches(gpu: Gpu, layers: number): number {
  const shape = describeBench(gpu, layers);
  const adapter = bindLora(shape.spec);
  const { length } = layOutParameters(adapter);
  return planTraining(shape, { adapter, length }, benchOptions).train[0]?.plan.calls.length ?? 0;
}

interface StepTime {
  readonly elapsedMs: number;
  /** Time until the step was submitted. */
  readonly hostMs: number;
}

async function timeSteps(trainer: Trainer, runs: number): Promise<StepTime[]> {
  const steps: StepTime[] = [];
  for (let run = 1; run <= runs; run++) steps.push(await timeStep(trainer, run));
  return steps;
}

async function timeStep(trainer: Trainer, seed: number): Promise<StepTime> {
  const batch = randomBatch(seed);
  const start = performance.now();
  const submitted = trainer.step([batch], 1e-3, 0);
  const hostMs = performance.now() - start;
  const { loss } = await submitted;
  const elapsedMs = performance.now() - start;
  checkLoss(loss);
  return { elapsedMs, hostMs };
}

/** Random tokens under a random model have a loss of about ln V. */
function checkLoss(loss: number): void {
  const expected = Math.log(SIZE.vocabulary);
  if (Math.abs(loss - expected) > 0.1 * expected)
    throw new Error(`a loss of ${loss} is not near ${expected}`);
}

/** Greedy decoding speed in tokens per second after a prompt, with one read-back per token. */
async function timeDecoding(model: LoadedModel): Promise<number> {
  const prompt = Array.from({ length: 16 }, (_, index) => index);
  const generator = await Generator.create(model, null, SIZE.length);
  const options = { ...defaultGeneration, maxNewTokens: 64 };
  const times: number[] = [];
  for await (const _ of generator.generate(prompt, options, new Set(), makeRng(1))) {
    times.push(performance.now());
  }
  generator.destroy();
  return 1000 / median(times.slice(1).map((time, index) => time - times[index]!));
}
