import { beforeAll, describe, expect, test } from "vitest";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../../src/engine/adapters/common/method";
import { methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import { type LoopReport, trainingLoop, type TrainingPlan } from "../../src/engine/train/loop";
import { adamDefaults, Trainer, type TrainerSnapshot } from "../../src/engine/train/trainer";
import { checkOptimizer, optimizerFile, readOptimizerFile } from "../../src/export/optimizer-file";
import { bytesSource } from "../../src/formats/byte-source";
import { makeRng } from "../../src/lib/rng";
import type { FieldValues } from "../../src/shared/fields";
import type { MethodId } from "../../src/shared/methods";
import { expectClose } from "../support/compare";
import { goldenBatches, loadGoldenModel, readTensors } from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeLogits } from "../support/logits";

let gpu: Gpu;
let model: LoadedModel;
let batches: TrainingBatch[];
beforeAll(async () => {
  gpu = await sharedTestGpu();
  model = await loadGoldenModel(gpu, "llama_tied");
  batches = goldenBatches(await readTensors("llama_tied", "lora", "golden.safetensors"));
});

const STEPS = 5;
const OPTIONS = { keep_ratio: 0.1, fish_samples: 4, target_modules: "q_proj" };

function plan(changes: Partial<TrainingPlan> = {}): TrainingPlan {
  return {
    totalSteps: STEPS,
    batches: () => batches,
    epoch: (step) => step + 1,
    validation: [],
    validateEvery: 0,
    learningRate: 1e-2,
    schedule: "constant",
    warmupSteps: 0,
    seed: 5,
    ...changes,
  };
}

async function start(adapter: Adapter, values?: ReadonlyMap<string, HostTensor>) {
  const context = initContext(model.tensors, makeRng(1), () => []);
  const state = AdapterState.of(gpu, adapter, values ?? (await initialValues(adapter, context)));
  const { rows, length } = batches[0]!;
  const trainer = await Trainer.create(model, state, {
    shapes: [{ rows, length, labels: 64 }],
    evaluationShapes: [],
    // Large enough to be noticeable where it must not apply.
    weightDecay: 0.5,
    maxGradNorm: 1,
    ...adamDefaults,
  });
  const free = (): void => {
    trainer.destroy();
    state.destroy();
  };
  return { state, trainer, free };
}

/** Runs to the end or to the first pause; returns the reports. */
async function run(trainer: Trainer, changes: Partial<TrainingPlan> = {}): Promise<LoopReport[]> {
  const reports: LoopReport[] = [];
  for await (const report of trainingLoop(trainer, plan(changes))) {
    reports.push(report);
    if (report.type === "rest") break;
  }
  return reports;
}

const numbers = (values: ReadonlyMap<string, HostTensor>): number[] =>
  [...values.values()].flatMap(({ data }) => [...data]);

/** Checks that a run interrupted after that many steps ends as if uninterrupted; returns the second part's reports. */
async function interrupted(bind: () => Adapter, cut: number): Promise<LoopReport[]> {
  const whole = await start(bind());
  await run(whole.trainer);
  const first = await start(bind());
  await run(first.trainer, { shouldRest: () => first.trainer.stepCount === cut });
  const kept: TrainerSnapshot = await first.trainer.snapshot();
  const second = await start(bind());
  second.trainer.restore(kept);
  const reports = await run(second.trainer);
  expect(await second.state.read()).toEqual(await whole.state.read());
  for (const part of [whole, first, second]) part.free();
  return reports;
}

/**
 * Checks that continuing from the optimizer file of an adapter with selected parameters equals continuing the run
 * itself.
 */
async function continued(id: MethodId, options: FieldValues, cut: number): Promise<void> {
  const adapter = methods[id].bind(options, model.spec);
  const whole = await start(adapter);
  await run(whole.trainer, { shouldRest: () => whole.trainer.stepCount === cut });
  const values = await whole.state.read();
  const bytes = optimizerFile(adapter, { id, options }, values, await whole.trainer.moments());
  const file = await readOptimizerFile(bytesSource("luthier_optimizer.safetensors", bytes));
  checkOptimizer(adapter, file);
  const again = await start(adapter, values);
  again.trainer.adopt(file.moments);
  const steps = Array<string>(STEPS - cut).fill("step");
  expect((await run(again.trainer, { totalSteps: STEPS - cut })).map(({ type }) => type)).toEqual(steps);
  await run(whole.trainer);
  expect(await again.state.read()).toEqual(await whole.state.read());
  for (const part of [whole, again]) part.free();
}

describe("FishMask", () => {
  const bind = (): Adapter => methods.fishmask.bind(OPTIONS, model.spec);

  test("scores weights before the first step and trains only the selected fraction", async () => {
    const { state, trainer, free } = await start(bind());
    const reports = await run(trainer);
    const weighed = Array<string>(OPTIONS.fish_samples).fill("selection");
    expect(reports.map(({ type }) => type)).toEqual([
      ...weighed,
      "selected",
      ...Array<string>(STEPS).fill("step"),
    ]);
    const deltas = numbers(await state.read());
    const moved = deltas.filter((delta) => delta !== 0);
    expect(moved.length).toBe(Math.floor(OPTIONS.keep_ratio * deltas.length));
    free();
  });

  test("continues with the same mask after an interruption", async () => {
    const reports = await interrupted(bind, 2);
    expect(reports.every(({ type }) => type === "step")).toBe(true);
  });

  test("continues with the same mask from an exported optimizer", () => continued("fishmask", OPTIONS, 3));

  test("continues training only an adapter's selected weights", async () => {
    const first = await start(bind());
    await run(first.trainer);
    const before = await first.state.read();
    const again = await start(bind(), before);
    const reports = await run(again.trainer, { learningRate: 1e-3 });
    expect(reports.map(({ type }) => type)).toEqual(["selected", ...Array<string>(STEPS).fill("step")]);
    const [old, now] = [numbers(before), numbers(await again.state.read())];
    expect(now.map((delta) => delta !== 0)).toEqual(old.map((delta) => delta !== 0));
    expect(now).not.toEqual(old);
    for (const part of [first, again]) part.free();
  });
});

describe("DiffPruning", () => {
  const options = { target_sparsity: 0.1, prune_after: 0.6, alpha_init: 1, target_modules: "q_proj" };
  const bind = (): Adapter => methods["diff-pruning"].bind(options, model.spec);
  const deltasOf = async (state: AdapterState): Promise<number[]> =>
    numbers(new Map([...(await state.read())].filter(([name]) => name.endsWith(".delta"))));

  test("prunes to its target sparsity after the given part of the steps", async () => {
    const { state, trainer, free } = await start(bind());
    await run(trainer, { shouldRest: () => trainer.stepCount === 3 });
    const dense = await deltasOf(state);
    expect(dense.filter((delta) => delta !== 0).length).toBeGreaterThan(0.9 * dense.length);
    const reports = await run(trainer);
    expect(reports.map(({ type }) => type)).toEqual(["selected", "step", "step"]);
    const sparse = await deltasOf(state);
    const kept = sparse.filter((delta) => delta !== 0);
    expect(kept.length).toBe(Math.floor(options.target_sparsity * sparse.length));
    free();
  });

  test("continues with its mask from an exported optimizer", () => continued("diff-pruning", options, 4));

  test("continues training only an adapter's nonzero differences", async () => {
    const first = await start(bind());
    await run(first.trainer);
    const adapter = bind();
    const again = await start(
      adapter,
      adapter.importTensors(adapter.exportTensors(await first.state.read())),
    );
    const reports = await run(again.trainer, { learningRate: 1e-3 });
    expect(reports.map(({ type }) => type)).toEqual(["selected", ...Array<string>(STEPS).fill("step")]);
    const [old, now] = [await deltasOf(first.state), await deltasOf(again.state)];
    expect(now.map((delta) => delta !== 0)).toEqual(old.map((delta) => delta !== 0));
    expect(now).not.toEqual(old);
    for (const part of [first, again]) part.free();
  });

  test.each([2, 3, 4])("continues as if uninterrupted after step %i", async (cut) => {
    const reports = await interrupted(bind, cut);
    expect(reports.filter(({ type }) => type === "selected").length).toBe(cut > 3 ? 0 : 1);
  });

  test("exports its current gates if stopped before pruning", async () => {
    const { state, trainer, free } = await start(bind());
    await run(trainer, { shouldRest: () => trainer.stepCount === 2 });
    const adapter = bind();
    const again = AdapterState.of(
      gpu,
      adapter,
      adapter.importTensors(adapter.exportTensors(await state.read())),
    );
    const logits = await computeLogits(model, state, batches[0]!);
    expectClose(await computeLogits(model, again, batches[0]!), logits, 2e-5, "logits after loading");
    again.destroy();
    free();
  });
});
