import { afterAll, beforeAll, expect, test } from "vitest";
import { Generator } from "../../src/engine/generate/generator";
import type { Gpu } from "../../src/engine/gpu/device";
import { countLabels } from "../../src/engine/train/batch-inputs";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { makeRng } from "../../src/lib/rng";
import { defaultGeneration } from "../../src/shared/generation";
import { bindCase, goldenBatches, goldenState, loadGoldenModel, readTensors } from "../support/golden";
import { openTestGpu } from "../support/gpu";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu.close());

/** Live buffers and bytes. */
function live(): { buffers: number; bytes: number } {
  const { buffers, bytes } = gpu.usage;
  return { buffers, bytes };
}

const NOTHING = { buffers: 0, bytes: 0 };

async function openCase(name: string) {
  expect(live()).toEqual(NOTHING);
  const model = await loadGoldenModel(gpu, "llama");
  const loaded = live();
  const tensors = await readTensors("llama", name, "golden.safetensors");
  const adapter = bindCase(model, "llama", name);
  return { model, loaded, state: goldenState(gpu, adapter, tensors), batches: goldenBatches(tensors) };
}

test.each(["lora", "prefix", "prompt"])(
  "training %s allocates nothing after its first step",
  async (name) => {
    const { model, loaded, state, batches } = await openCase(name);
    const withState = live();
    const [{ rows, length }] = batches as [(typeof batches)[number]];
    const labels =
      64 * Math.ceil(Math.max(...batches.map((batch) => countLabels(batch, state.adapter))) / 64);
    const shapes = [{ rows, length, labels }];
    const trainer = await Trainer.create(model, state, {
      shapes,
      evaluationShapes: shapes,
      weightDecay: 0.1,
      maxGradNorm: 1,
      ...adamDefaults,
    });
    await trainer.step(batches, 1e-3, 0);
    await trainer.evaluate(batches);
    const afterOne = live();
    expect(afterOne.bytes).toBeGreaterThan(withState.bytes);
    for (let step = 0; step < 10; step++) await trainer.step(batches, 1e-3, 0);
    await trainer.evaluate(batches);
    await state.read();
    expect(live()).toEqual(afterOne);
    trainer.destroy();
    expect(live()).toEqual(withState);
    state.destroy();
    expect(live()).toEqual(loaded);
    model.weights.destroy();
    expect(live()).toEqual(NOTHING);
  },
);

test.each(["lora", "prefix", "prompt"])(
  "answering with %s allocates nothing after its first answer",
  async (name) => {
    const { model, state } = await openCase(name);
    const withState = live();
    const generator = await Generator.create(model, state, 32);
    const made = live();
    expect(made.bytes).toBeGreaterThan(withState.bytes);
    const options = { ...defaultGeneration, maxNewTokens: 4 };
    for (let round = 0; round < 3; round++) {
      const ids: number[] = [];
      for await (const id of generator.generate([1, 2, 3], options, new Set(), makeRng(1))) ids.push(id);
      expect(ids).toHaveLength(4);
    }
    // An answer whose consumer stops early.
    for await (const id of generator.generate([1, 2, 3], options, new Set(), makeRng(1))) if (id >= 0) break;
    expect(live()).toEqual(made);
    generator.destroy();
    expect(live()).toEqual(withState);
    state.destroy();
    model.weights.destroy();
    expect(live()).toEqual(NOTHING);
  },
);
