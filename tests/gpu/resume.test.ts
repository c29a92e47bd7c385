import { beforeAll, describe, expect, test } from "vitest";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import { adapterFromFolder } from "../../src/engine/adapters/from-folder";
import type { HostTensor } from "../../src/engine/adapters/common/method";
import { methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import type { ModelSpec } from "../../src/engine/nn/model-spec";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { countLabels, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { BestValues } from "../../src/engine/train/best-values";
import { type LoopReport, trainingLoop, type TrainingPlan } from "../../src/engine/train/loop";
import { adamDefaults, Trainer, type TrainerSnapshot } from "../../src/engine/train/trainer";
import { readOptimizerFile } from "../../src/export/optimizer-file";
import { peftFiles } from "../../src/export/peft";
import { bytesSource } from "../../src/formats/byte-source";
import { OPTIMIZER_FILE, readPeftFolder } from "../../src/formats/peft-folder";
import type { MethodChoice } from "../../src/shared/methods";
import { keptOptimizer, withOptimizer } from "../../src/worker/optimizer-state";
import {
  bindGolden,
  goldenBatches,
  type GoldenInfo,
  goldenState,
  type GoldenTensor,
  loadGoldenModel,
  readJson,
  readTensors,
} from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { zipFiles } from "../support/zip-files";

let gpu: Gpu;
let model: LoadedModel;
beforeAll(async () => {
  gpu = await sharedTestGpu();
  model = await loadGoldenModel(gpu, "llama");
});

const STEPS = 6;

/** A run of a golden case, LoRA with dropout: dropout masks must not depend on interruptions. */
async function openRun(name: string) {
  const tensors: ReadonlyMap<string, GoldenTensor> = await readTensors("llama", name, "golden.safetensors");
  const config = readJson<Record<string, unknown>>("llama", name, "adapter_config.json");
  const adapter = bindGolden(model, { ...config, ...(name === "lora" ? { lora_dropout: 0.3 } : {}) });
  const batches = goldenBatches(tensors);
  const [{ rows, length }] = batches as [TrainingBatch];
  const labels = 64 * Math.ceil(Math.max(...batches.map((batch) => countLabels(batch, adapter))) / 64);
  const shapes = [{ rows, length, labels }];
  const options = { shapes, evaluationShapes: shapes, weightDecay: 0.1, maxGradNorm: 1, ...adamDefaults };
  const plan: TrainingPlan = {
    totalSteps: STEPS,
    // The batch order differs between steps, so that the position in the data must be restored too.
    batches: (step) => (step % 2 === 0 ? batches : [...batches].reverse()),
    epoch: (step) => step + 1,
    validation: [batches[0]!],
    validateEvery: 2,
    learningRate: 1e-2,
    schedule: "cosine",
    warmupSteps: 2,
    seed: 5,
  };
  const start = () => goldenState(gpu, adapter, tensors);
  return { adapter, options, plan, start };
}

async function collect(
  trainer: Trainer,
  plan: TrainingPlan,
  onReport?: (report: LoopReport) => Promise<boolean>,
): Promise<LoopReport[]> {
  const reports: LoopReport[] = [];
  for await (const report of trainingLoop(trainer, plan)) {
    if (report.type !== "rest") reports.push(report);
    if (await onReport?.(report)) break;
  }
  return reports;
}

describe.each(["lora", "prefix", "prompt"])("an interrupted run of %s", (name) => {
  test.each([3, 4])("continues after step %i as if uninterrupted", async (cut) => {
    const { adapter, options, plan, start } = await openRun(name);
    const whole = start();
    const steady = await Trainer.create(model, whole, options);
    const expected = await collect(steady, plan);
    const trained = await whole.read();
    steady.destroy();
    whole.destroy();

    const first = start();
    const cutOff = await Trainer.create(model, first, options);
    let kept: TrainerSnapshot | null = null;
    const resting = { ...plan, shouldRest: () => cutOff.stepCount === cut };
    const before = await collect(cutOff, resting, async (report) => {
      if (report.type !== "rest") return false;
      expect(report.step).toBe(cut);
      kept = await cutOff.snapshot();
      return true;
    });
    cutOff.destroy();
    first.destroy();

    const second = new AdapterState(gpu, adapter);
    const resumed = await Trainer.create(model, second, options);
    resumed.restore(kept!);
    expect(resumed.stepCount).toBe(cut);
    const measured = before.filter(({ type }) => type === "validation").at(-1)!;
    const after = await collect(resumed, { ...plan, validatedStep: measured.step });
    expect([...before, ...after]).toEqual(expected);
    expect(await second.read()).toEqual(trained);
    resumed.destroy();
    second.destroy();
  });
});

test("a finished run continues from its values and moments as if planned longer", async () => {
  const { adapter, options, plan, start } = await openRun("lora");
  const steadyRate = { ...plan, schedule: "constant" as const, validation: [] };
  const whole = start();
  const steady = await Trainer.create(model, whole, options);
  const expected = await collect(steady, steadyRate);

  const first = start();
  const short = await Trainer.create(model, first, options);
  const before = await collect(short, { ...steadyRate, totalSteps: 4 });
  const [values, moments] = [await first.read(), await short.moments()];

  const second = AdapterState.of(gpu, adapter, values);
  const extended = await Trainer.create(model, second, options);
  extended.adopt(moments, 4);
  expect(extended.stepCount).toBe(4);
  // Dropout masks and the order of the data follow the step, so that they must be the run's own.
  const after = await collect(extended, steadyRate);
  expect([...before, ...after]).toEqual(expected);
  expect(await second.read()).toEqual(await whole.read());
  for (const part of [steady, whole, short, first, extended, second]) part.destroy();
});

test("a snapshot covers the steps submitted before it and none after", async () => {
  const { options, plan, start } = await openRun("lora");
  const state = start();
  const trainer = await Trainer.create(model, state, options);
  const early = trainer.step(plan.batches(0), 1e-2, 5);
  const snapshot = trainer.snapshot();
  const late = trainer.step(plan.batches(1), 1e-2, 5);
  const { step, parameters } = await snapshot;
  expect(step).toBe(1);
  await Promise.all([early, late]);
  expect((await trainer.snapshot()).parameters).not.toEqual(parameters);
  trainer.restore(await snapshot);
  expect((await trainer.snapshot()).parameters).toEqual(parameters);
  trainer.destroy();
  state.destroy();
});

test("keeps the values of the lowest loss, and patience counts validations since", async () => {
  const { options, plan, start } = await openRun("lora");
  const state = start();
  const trainer = await Trainer.create(model, state, options);
  const best = new BestValues(state);
  expect(best.restore()).toBeNull();
  const seen: Awaited<ReturnType<AdapterState["read"]>>[] = [];
  const losses = [3, 2, NaN, 2, 2.5];
  const since: number[] = [];
  for (const [step, loss] of losses.entries()) {
    await trainer.step(plan.batches(step), 1e-2, 5);
    seen.push(await state.read());
    await best.add(step, loss);
    since.push(best.progress.measuredSince);
  }
  expect(since).toEqual([0, 0, 1, 2, 3]);
  const later = new BestValues(state, best.progress);
  expect(later.restore()).toMatchObject({ step: 1, loss: 2 });
  const restored = await state.read();
  expect(restored).toEqual(seen[1]);
  expect(restored).not.toEqual(seen[4]);
  trainer.destroy();
  state.destroy();
});

describe("an adapter exported with the optimizer's state", () => {
  const method = { lora: "lora", p_tuning_mlp: "p-tuning" } as const;

  /** Exports an adapter as a zip and imports it again. */
  async function reimport(trainer: Trainer, state: AdapterState, choice: MethodChoice, spec: ModelSpec) {
    const optimizer = await keptOptimizer(trainer, state, choice);
    const files = peftFiles(state.adapter, await state.read(), "someone/base");
    files.set(OPTIMIZER_FILE, optimizer!);
    const folder = await readPeftFolder([bytesSource("adapter.zip", zipFiles(files))]);
    return withOptimizer(adapterFromFolder(folder, spec), folder, folder.optimizer!, spec);
  }

  test.each(["lora", "p_tuning_mlp"] as const)("continues with %s bit for bit", async (name) => {
    const family = name === "lora" ? "llama" : "llama_tied";
    const own = family === "llama" ? model : await loadGoldenModel(gpu, family);
    const tensors = await readTensors(family, name, "golden.safetensors");
    const config = readJson<Record<string, unknown>>(family, name, "adapter_config.json");
    const info = readJson<GoldenInfo>(family, name, "golden.json");
    const id = method[name];
    const choice = { id, options: { ...methods[id].readConfig(config), ...info.options } };
    const adapter = methods[id].bind(choice.options, own.spec);
    const batches = goldenBatches(tensors);
    const [{ rows, length }] = batches as [TrainingBatch];
    const labels = 64 * Math.ceil(Math.max(...batches.map((batch) => countLabels(batch, adapter))) / 64);
    const options = {
      shapes: [{ rows, length, labels }],
      evaluationShapes: [],
      weightDecay: 0.1,
      maxGradNorm: 1,
    };
    const open = (state: AdapterState): Promise<Trainer> =>
      Trainer.create(own, state, { ...options, ...adamDefaults });
    const run = async (trainer: Trainer, steps: number): Promise<void> => {
      for (let step = 0; step < steps; step++) await trainer.step(batches, 1e-2, 1);
    };

    const whole = goldenState(gpu, adapter, tensors);
    const straight = await open(whole);
    await run(straight, 2);
    const again = await reimport(straight, whole, choice, own.spec);
    await run(straight, 2);
    expect(again.steps).toBe(2);
    expect(again.method).toEqual(choice);

    const state = AdapterState.of(gpu, again.adapter, again.values);
    const trainer = await open(state);
    const file = await readOptimizerFile(bytesSource(OPTIMIZER_FILE, again.optimizer));
    trainer.adopt(file.moments);
    await run(trainer, 2);
    expect(await state.read()).toEqual(await whole.read());
    expect(await trainer.moments()).toEqual(await straight.moments());

    // Optimizer state of another adapter must be rejected.
    const stray = await reimport(straight, whole, choice, own.spec).then(({ optimizer }) => optimizer);
    const foreign = { config: { peft_type: "IA3" }, tensors: new Map() };
    const found = { ...again, method: { id: "ia3" as const, options: {} } };
    await expect(withOptimizer(found, foreign, bytesSource(OPTIMIZER_FILE, stray), own.spec)).rejects.toThrow(
      /another adapter/,
    );

    // A fresh optimizer would diverge from this.
    state.write(again.values);
    trainer.adopt({ ...file.moments, m: zeros(file.moments.m), v: zeros(file.moments.v) });
    await run(trainer, 2);
    expect(await state.read()).not.toEqual(await whole.read());
    for (const part of [straight, trainer, whole, state]) part.destroy();
    if (own !== model) own.weights.destroy();
  });
});

function zeros(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  return new Map(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }]),
  );
}
