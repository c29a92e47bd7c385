import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { type BatchShape, countLabels } from "../../src/engine/train/batch-inputs";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { expectClose } from "../support/compare";
import { openTestGpu } from "../support/gpu";
import {
  bindCase,
  goldenBatches,
  goldenCases,
  goldenFamilies,
  type GoldenInfo,
  type GoldenTensor,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
  under,
} from "../support/golden";
import { computeLogits } from "../support/logits";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openTestGpu();
});
afterAll(() => gpu.close());

const TOLERANCE = 1e-4;
/** How far apart gradients may be that are zero but for rounding. */
const NOISE = 1e-6;

/**
 * Picks the elements of a parameter that float32 settles, and the others: their gradient is zero but for rounding (a
 * bias of keys, which the softmax cancels), and AdamW turns that noise into full steps.
 */
function partition(tensors: ReadonlyMap<string, GoldenTensor>, parameter: string) {
  const unsettled = tensors.get(`unsettled.${parameter}`)?.data;
  return {
    settled: (data: Float32Array) => data.filter((_, index) => !unsettled?.[index]),
    others: (data: Float32Array) => data.filter((_, index) => unsettled?.[index]),
  };
}

describe.each(goldenFamilies())("%s equals PyTorch and PEFT", (family) => {
  let model: LoadedModel;
  beforeAll(async () => {
    model = await loadGoldenModel(gpu, family);
  });
  afterAll(() => model.weights.destroy());

  test.each(goldenCases(family))("%s: logits, gradients, ten losses, trained weights", async (name) => {
    const info = readJson<GoldenInfo>(family, name, "golden.json");
    const tensors = await readTensors(family, name, "golden.safetensors");
    const adapter = bindCase(model, family, name);
    const trains = adapter.parameters.filter(({ fixed }) => !fixed);
    expect(trains.map((parameter) => parameter.name).sort()).toEqual(Object.keys(info.trainable).sort());
    const state = goldenState(gpu, adapter, tensors);
    const batches = goldenBatches(tensors);
    const labels = Math.max(...batches.map((batch) => countLabels(batch, adapter)));
    const shape: BatchShape = {
      rows: batches[0]!.rows,
      length: batches[0]!.length,
      labels: Math.ceil(labels / 64) * 64,
    };

    const logits = await computeLogits(model, state, batches[0]!);
    expectClose(logits, tensors.get("logits")!.data, TOLERANCE, "logits");

    const trainer = await Trainer.create(model, state, {
      shapes: [shape],
      evaluationShapes: [],
      weightDecay: info.training.weight_decay,
      maxGradNorm: info.training.max_grad_norm,
      ...adamDefaults,
    });
    const gradients = await trainer.gradients(batches[0]!);
    for (const [parameter, expected] of under(tensors, "grad")) {
      const actual = gradients.get(parameter)!.data;
      const { settled, others } = partition(tensors, parameter);
      expectClose(settled(actual), settled(expected.data), TOLERANCE, `gradient of ${parameter}`);
      const noise = others(actual.map((value, index) => Math.abs(value - (expected.data[index] ?? 0))));
      expect(Math.max(0, ...noise), `vanishing gradients of ${parameter}`).toBeLessThanOrEqual(NOISE);
    }
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 0; step < info.training.steps; step++) {
      const metrics = await trainer.step(batches, info.training.learning_rate, 0);
      losses.push(metrics.loss);
      norms.push(metrics.gradNorm);
    }
    expectClose(losses, tensors.get("losses")!.data, TOLERANCE, "losses");
    expectClose(norms, tensors.get("grad_norms")!.data, 1e-3, "gradient norms");
    const trained = await state.read();
    for (const [parameter, expected] of under(tensors, "after")) {
      const { settled } = partition(tensors, parameter);
      const actual = settled(trained.get(parameter)!.data);
      expectClose(actual, settled(expected.data), 1e-3, `trained ${parameter}`);
    }
    trainer.destroy();
    state.destroy();
  });
});
