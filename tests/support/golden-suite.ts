import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Gpu } from "../../src/engine/gpu/device";
import type { LoadedModel } from "../../src/engine/models/loaded-model";
import { type BatchShape, countLabels } from "../../src/engine/train/batch-inputs";
import { adamDefaults, Trainer } from "../../src/engine/train/trainer";
import { expectClose } from "./compare";
import { sharedTestGpu } from "./gpu";
import {
  bindCase,
  goldenBatches,
  casesToCompute,
  goldenFamilies,
  type GoldenInfo,
  type GoldenTensor,
  goldenState,
  loadGoldenModel,
  methodOfCase,
  readJson,
  readTensors,
  under,
} from "./golden";
import { observe } from "./observe";
import { computeGradients } from "./gradients";
import { computeLogits } from "./logits";
import { trainSteps } from "./train-steps";

const TOLERANCE = 1e-4;
/** Tolerance for gradients that are zero up to rounding. */
const NOISE = 1e-6;

/**
 * Separates the elements of a parameter that float32 determines from those with a gradient that is zero up to rounding
 * (a key bias, which the softmax cancels), whose noise AdamW amplifies to full steps.
 */
function partition(tensors: ReadonlyMap<string, GoldenTensor>, parameter: string) {
  const unsettled = tensors.get(`unsettled.${parameter}`)?.data;
  return {
    settled: (data: Float32Array) => data.filter((_, index) => !unsettled?.[index]),
    others: (data: Float32Array) => data.filter((_, index) => unsettled?.[index]),
  };
}

/** Distributes families over two test files for two workers, alternating by number of cases. */
function familiesOf(share: 0 | 1): string[] {
  const count = (family: string): number => casesToCompute(family).length;
  const largestFirst = goldenFamilies()
    .filter((family) => count(family) > 0)
    .sort((a, b) => count(b) - count(a));
  return largestFirst.filter((_, index) => index % 2 === share);
}

/** Tests of half of the families: golden cases against PyTorch and PEFT. */
export function describeGoldens(share: 0 | 1): void {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await sharedTestGpu();
  });

  describe.each(familiesOf(share))("%s equals PyTorch and PEFT", (family) => {
    let model: LoadedModel;
    beforeAll(async () => {
      model = await loadGoldenModel(gpu, family);
    });
    afterAll(() => model.weights.destroy());

    test.each(casesToCompute(family))("%s: logits, gradients, ten losses, trained weights", (name) =>
      holdToGolden(gpu, model, family, name),
    );
  });
}

async function holdToGolden(gpu: Gpu, model: LoadedModel, family: string, name: string): Promise<void> {
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
  const gradients = await computeGradients(model, state, batches[0]!);
  for (const [parameter, expected] of under(tensors, "grad")) {
    const actual = gradients.get(parameter)!.data;
    const { settled, others } = partition(tensors, parameter);
    expectClose(settled(actual), settled(expected.data), TOLERANCE, `gradient of ${parameter}`);
    const noise = others(actual.map((value, index) => Math.abs(value - (expected.data[index] ?? 0))));
    expect(Math.max(0, ...noise), `vanishing gradients of ${parameter}`).toBeLessThanOrEqual(NOISE);
  }
  const metrics = await trainSteps(trainer, batches, info.training.steps, info.training.learning_rate);
  const losses = metrics.map(({ loss }) => loss);
  const norms = metrics.map(({ gradNorm }) => gradNorm);
  expectClose(losses, tensors.get("losses")!.data, TOLERANCE, "losses");
  expectClose(norms, tensors.get("grad_norms")!.data, 1e-3, "gradient norms");
  const trained = await state.read();
  for (const [parameter, expected] of under(tensors, "after")) {
    const { settled } = partition(tensors, parameter);
    const actual = settled(trained.get(parameter)!.data);
    expectClose(actual, settled(expected.data), 1e-3, `trained ${parameter}`);
  }
  observe({ method: methodOfCase(family, name), model: family, fact: "trained", value: model.spec.family });
  trainer.destroy();
  state.destroy();
}
