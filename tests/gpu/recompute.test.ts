import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { countLabels, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { predictTrainingMemory } from "../../src/engine/train/memory";
import { adamDefaults, Trainer, type TrainerOptions } from "../../src/engine/train/trainer";
import { allCases } from "../support/cases";
import { expectClose } from "../support/compare";
import {
  bindGolden,
  goldenBatches,
  type GoldenInfo,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
} from "../support/golden";
import { sharedTestGpu } from "../support/gpu";
import { computeGradients } from "../support/gradients";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

const STEPS = 3;

/** With LoRA dropout: recomputation must reproduce the same masks. */
const some = [
  ["llama", "lora", { lora_dropout: 0.2 }],
  ["mt5", "prompt", {}],
  ["llama_tied", "xlora", {}],
] as const;
const others = [
  ["llama_tied", "prefix_projection", {}],
  ["llama", "prompt", {}],
  ["gpt2", "lora_all", { lora_dropout: 0.2 }],
  ["t5", "lora", { lora_dropout: 0.2 }],
] as const;
const cases = [...some, ...(allCases ? others : [])];

interface Run {
  readonly losses: readonly number[];
  readonly gradients: readonly Float32Array[];
  readonly slots: number;
}

/** Trains a few steps and checks that exactly the predicted bytes are allocated. */
async function run(
  model: LoadedModel,
  family: string,
  name: string,
  changes: Readonly<Record<string, unknown>>,
  gradientCheckpointing: boolean,
): Promise<Run> {
  const tensors = await readTensors(family, name, "golden.safetensors");
  const config = readJson<Record<string, unknown>>(family, name, "adapter_config.json");
  const info = readJson<GoldenInfo>(family, name, "golden.json");
  const adapter = bindGolden(model, { ...config, ...changes }, info);
  const batches = goldenBatches(tensors);
  const [{ rows, length }] = batches as [TrainingBatch];
  const labels = 64 * Math.ceil(Math.max(...batches.map((batch) => countLabels(batch, adapter))) / 64);
  const options: TrainerOptions = {
    shapes: [{ rows, length, labels }],
    evaluationShapes: [],
    weightDecay: 0,
    maxGradNorm: 1,
    gradientCheckpointing,
    ...adamDefaults,
  };
  const prediction = predictTrainingMemory(model, adapter, options);
  const before = gpu.usage.bytes;
  const state = goldenState(gpu, adapter, tensors);
  const trainer = await Trainer.create(model, state, options);
  expect(gpu.usage.bytes - before).toBe(prediction.total - prediction.weights);
  const computed = await computeGradients(model, state, batches[0]!, gradientCheckpointing);
  const gradients = [...computed.values()].map(({ data }) => data);
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push((await trainer.step(batches, 1e-2, 5)).loss);
  trainer.destroy();
  state.destroy();
  return { losses, gradients, slots: prediction.slots };
}

describe.each([...new Set(cases.map(([family]) => family))])("recomputing the blocks of %s", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  test.each(cases.filter(([of]) => of === family))(
    "trains identically in less memory: %s %s",
    async (_, name, changes) => {
      const kept = await run(model, family, name, changes, false);
      const again = await run(model, family, name, changes, true);
      expect(again.slots).toBeLessThan(kept.slots);
      expectClose(again.losses, kept.losses, 1e-6, "losses");
      again.gradients.forEach((gradient, index) => {
        expectClose(gradient, kept.gradients[index]!, 1e-6, `gradient ${index}`);
      });
    },
  );
});
