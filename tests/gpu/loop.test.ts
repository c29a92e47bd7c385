import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { AdapterState } from "../../src/engine/adapters/adapter-state";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { countLabels, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { type LoopReport, trainingLoop, type TrainingPlan } from "../../src/engine/train/loop";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { LuthierError } from "../../src/lib/errors";
import { expectClose } from "../support/compare";
import {
  bindGolden,
  goldenBatches,
  type GoldenInfo,
  goldenState,
  type GoldenTensor,
  loadGoldenModel,
  readJson,
  readTensors,
  under,
} from "../support/golden";
import { sharedTestGpu } from "../support/gpu";

const { training } = readJson<GoldenInfo>("llama", "lora", "golden.json");

let gpu: Gpu;
let model: LoadedModel;
let tensors: ReadonlyMap<string, GoldenTensor>;
let batches: TrainingBatch[];
beforeAll(async () => {
  gpu = await sharedTestGpu();
  model = await loadGoldenModel(gpu, "llama");
  tensors = await readTensors("llama", "lora", "golden.safetensors");
  batches = goldenBatches(tensors);
});

let state: AdapterState;
let trainer: Trainer;
/** Starts a new run from the golden's initial values, optionally with LoRA dropout. */
async function start(dropout = 0): Promise<void> {
  const config = readJson<Record<string, unknown>>("llama", "lora", "adapter_config.json");
  const adapter = bindGolden(model, { ...config, lora_dropout: dropout });
  state = goldenState(gpu, adapter, tensors);
  const [{ rows, length }] = batches as [TrainingBatch];
  const labels = 64 * Math.ceil(Math.max(...batches.map((batch) => countLabels(batch, adapter))) / 64);
  trainer = await Trainer.create(model, state, {
    shapes: [{ rows, length, labels }],
    evaluationShapes: [{ rows, length, labels }],
    weightDecay: training.weight_decay,
    maxGradNorm: training.max_grad_norm,
    ...adamDefaults,
  });
}
function free(): void {
  trainer.destroy();
  state.destroy();
}
beforeEach(() => start());
afterEach(() => free());

const plan = (changes: Partial<TrainingPlan> = {}): TrainingPlan => ({
  totalSteps: training.steps,
  batches: () => batches,
  epoch: (step) => step + 1,
  validation: [],
  validateEvery: 0,
  learningRate: training.learning_rate,
  schedule: "constant",
  warmupSteps: 0,
  seed: 5,
  ...changes,
});

async function collect(changes: Partial<TrainingPlan> = {}, signal?: AbortSignal): Promise<LoopReport[]> {
  const reports: LoopReport[] = [];
  for await (const report of trainingLoop(trainer, plan(changes), signal)) reports.push(report);
  return reports;
}

const steps = (reports: readonly LoopReport[]) => reports.filter((report) => report.type === "step");
const losses = (reports: readonly LoopReport[]): number[] => steps(reports).map(({ loss }) => loss);

test("accumulates micro-batches into steps as the golden does", async () => {
  const reports = steps(await collect());
  expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: training.steps }, (_, i) => i + 1));
  expect(reports.map(({ epoch }) => epoch)).toEqual(reports.map(({ step }) => step));
  expectClose(losses(reports), tensors.get("losses")!.data, 1e-4, "losses");
  const trained = await state.read();
  for (const [name, { data }] of under(tensors, "after")) {
    expectClose(trained.get(name)!.data, data, 1e-3, `trained ${name}`);
  }
});

test("reproduces a run under the same seed, dropout included, and differs under another", async () => {
  const runs: number[][] = [];
  for (const seed of [5, 5, 6]) {
    free();
    await start(0.3);
    runs.push(losses(await collect({ totalSteps: 4, seed })));
  }
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).not.toEqual(runs[0]);
});

test("reports the learning rate of the schedule and applies it", async () => {
  const before = await state.read();
  const reports = steps(await collect({ totalSteps: 1, warmupSteps: 2, schedule: "linear" }));
  expect(reports.map(({ learningRate }) => learningRate)).toEqual([0]);
  expect(await state.read()).toEqual(before);
});

test("evaluates validation rows before, between and after steps without learning from them", async () => {
  const validation = [batches[1]!];
  const reports = await collect({ totalSteps: 5, validation, validateEvery: 2 });
  const order = reports.map(({ type, step }) => `${type} ${step}`);
  const step = (number: number): string => `step ${number}`;
  const measured = (number: number): string => `validation ${number}`;
  expect(order).toEqual([
    measured(0),
    ...[step(1), step(2), measured(2)],
    ...[step(3), step(4), measured(4)],
    ...[step(5), measured(5)],
  ]);
  const last = reports.at(-1) as Extract<LoopReport, { type: "validation" }>;
  expect(last.loss).toBe((await trainer.evaluate(validation)).loss);
  expectClose(losses(reports), tensors.get("losses")!.data.slice(0, 5), 1e-4, "losses");
});

test("ends with a final validation if asked, and evaluates no step twice", async () => {
  const validation = [batches[1]!];
  const order = async (end: number): Promise<string[]> => {
    free();
    await start();
    const shouldEnd = () => trainer.stepCount >= end;
    const reports = await collect({ totalSteps: 6, validation, validateEvery: 2, shouldEnd });
    return reports.filter(({ type }) => type === "validation").map(({ step }) => String(step));
  };
  expect(await order(3)).toEqual(["0", "2", "3"]);
  expect(await order(4)).toEqual(["0", "2", "4"]);
});

test("stops at a non-finite step and keeps the last good values", async () => {
  const seen: LoopReport[] = [];
  const run = async (): Promise<void> => {
    for await (const report of trainingLoop(trainer, plan({ learningRate: 1e30 }))) seen.push(report);
  };
  const error: unknown = await run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LuthierError);
  expect((error as LuthierError).code).toBe("diverged");
  expect((error as LuthierError).what).toContain(`step ${seen.length + 1}`);
  expect(seen.length).toBeGreaterThan(0);
  expect(steps(seen).every(({ loss, finite }) => finite && Number.isFinite(loss))).toBe(true);
  const kept = await state.read();
  free();
  await start();
  await collect({ totalSteps: seen.length, learningRate: 1e30 });
  expect(kept).toEqual(await state.read());
  for (const { data } of kept.values()) expect(data.every(Number.isFinite)).toBe(true);
});

test("stops on request, keeping what it has learned", async () => {
  const controller = new AbortController();
  const reports: LoopReport[] = [];
  for await (const report of trainingLoop(trainer, plan(), controller.signal)) {
    reports.push(report);
    if (report.step === 2) controller.abort();
  }
  // Steps in flight at the abort are reported too.
  expect(reports.length).toBeGreaterThanOrEqual(2);
  expect(reports.length).toBeLessThan(training.steps);
  expect(reports).toHaveLength(trainer.stepCount);
  expectClose(losses(reports), tensors.get("losses")!.data.slice(0, reports.length), 1e-4, "losses");
});

test("frees its trainer at once when abandoned at any report", async () => {
  for await (const report of trainingLoop(trainer, plan())) if (report.step === 1) break;
  free();
  // A read that nobody awaits would now fail as an unhandled rejection.
  await gpu.settle();
  await start();
});
