import { beforeAll, expect, test } from "vitest";
import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import type { Gpu } from "../../src/engine/gpu/device";
import { readBytes } from "../../src/engine/gpu/readback";
import { elementCount } from "../../src/engine/graph/value";
import { declareWeights, linearLayers, type LinearSpec } from "../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import { nf4Source } from "../../src/engine/weights/nf4-source";
import { readAllValues, type TensorSource } from "../../src/engine/weights/tensor-source";
import { WeightStore } from "../../src/engine/weights/weight-store";
import { makeRng } from "../../src/lib/rng";
import type { Quantization } from "../../src/shared/model";
import { baseAdapter } from "../support/base-adapter";
import { expectClose } from "../support/compare";
import { relativeError } from "../support/errors";
import {
  bindCase,
  goldenBatches,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
} from "../support/golden";
import { openTestGpu, sharedTestGpu } from "../support/gpu";
import { computeGradients } from "../support/gradients";
import { computeLogits } from "../support/logits";
import { mergedModel } from "../support/merged-model";
import { modelOfKind } from "../support/model-of-kind";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

let gpu: Gpu;
beforeAll(async () => {
  gpu = await sharedTestGpu();
});

const TINY = {
  llama: { hidden_size: 64, intermediate_size: 80, num_hidden_layers: 1, vocab_size: 97 },
  gpt2: { n_embd: 60, n_inner: 80, n_head: 5, n_layer: 1, vocab_size: 97, n_positions: 32 },
};

function floatSource(name: string, shape: readonly number[], values: Float32Array): TensorSource {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return { name, dtype: "F32", shape, read: (start, end) => Promise.resolve(bytes.slice(start, end)) };
}

type Family = keyof typeof TINY;

const configOf = (family: Family): Record<string, unknown> => ({
  ...readJson<Record<string, unknown>>(family, "config.json"),
  ...TINY[family],
});

function randomSources(family: Family): Map<string, TensorSource> {
  const entries = declareWeights(describeModel(configOf(family))).map(({ name, shape }, index) => {
    const rng = makeRng(5, index);
    const values = Float32Array.from({ length: elementCount(shape) }, () => rng.normal() / 8);
    return [name, floatSource(name, shape, values)] as const;
  });
  return new Map(entries);
}

const load = (
  family: Family,
  sources: ReadonlyMap<string, TensorSource>,
  quantization: Quantization | null,
): Promise<LoadedModel> =>
  loadModel(configOf(family), sources, {
    gpu,
    pipelines: pipelinesOf(gpu),
    tuning: fixedTuning(gpu),
    quantization,
  });

function tinyBatch(length = 9): TrainingBatch {
  return {
    rows: 1,
    length,
    ids: Uint32Array.from({ length }, (_, index) => (index * 37 + 5) % 97),
    supervised: new Uint8Array(length).fill(1),
    segments: [[{ start: 0, length }]],
  };
}

/** Logits, loss and gradients with a LoRA on all layers. */
async function compute(model: LoadedModel) {
  const adapter = methods.lora.bind({ r: 2, target_modules: "all-linear" }, model.spec);
  const rng = makeRng(11);
  const values = adapter.parameters.map(({ name, shape }) => {
    const data = Float32Array.from({ length: elementCount(shape) }, () => rng.normal() / 8);
    return [name, { shape, data }] as const;
  });
  const state = new AdapterState(gpu, adapter);
  state.write(new Map(values));
  const batch = tinyBatch();
  const logits = await computeLogits(model, state, batch);
  const gradients = await computeGradients(model, state, batch);
  state.destroy();
  return { logits, gradients };
}

test.each([
  ["llama", 64, true, "NF4_DOUBLE"],
  ["gpt2", 64, false, "NF4"],
  ["llama", 256, false, "NF4_256"],
  ["gpt2", 256, true, "NF4_256_DOUBLE"],
] as const)(
  "%s in NF4 (blocks of %i, scales quantised: %s) equals the model of the dequantised weights",
  async (family, blockSize, doubleQuantization, dtype) => {
    const sources = randomSources(family);
    const small = await load(family, sources, { type: "nf4", blockSize, doubleQuantization });
    const layers = new Set(linearLayers(small.spec).map(({ path }) => `${path}.weight`));
    const widened = new Map(sources);
    for (const [name, source] of small.tensors) {
      expect(source.dtype).toBe(layers.has(name) ? dtype : "F32");
      if (layers.has(name)) widened.set(name, floatSource(name, source.shape, await readAllValues(source)));
    }
    const whole = await load(family, widened, null);
    expect(small.weights.sizeBytes).toBeLessThan(whole.weights.sizeBytes);
    const [got, expected] = [await compute(small), await compute(whole)];
    expectClose(got.logits, expected.logits, 1e-5, "logits");
    for (const [name, { data }] of expected.gradients) {
      expectClose(got.gradients.get(name)!.data, data, 1e-4, `gradient of ${name}`);
    }
    const original = await load(family, sources, null);
    const exact = await compute(original);
    const error = maxDifference(expected.logits, got.logits);
    expect(maxDifference(exact.logits, got.logits)).toBeGreaterThan(100 * error);
    for (const model of [small, whole, original]) model.weights.destroy();
  },
);

test.each(["llama", "gpt2"] as const)(
  "DoRA starts at the norms of the dequantised rows of %s",
  async (family) => {
    const sources = randomSources(family);
    const model = await load(family, sources, { type: "nf4", blockSize: 256, doubleQuantization: true });
    const adapter = methods.lora.bind({ r: 2, target_modules: "all-linear", use_dora: true }, model.spec);
    const values = await initialValues(
      adapter,
      initContext(model.tensors, makeRng(1), () => []),
    );
    for (const layer of linearLayers(model.spec)) {
      const name = `${layer.path}.weight`;
      const [widened, exact] = [
        await readAllValues(model.tensors.get(name)!),
        await readAllValues(sources.get(name)!),
      ];
      const magnitude = values.get(`base_model.model.${layer.path}.lora_magnitude_vector`)!.data;
      expectClose(magnitude, rowLengths(layer, widened), 1e-6, `magnitude of ${name}`);
      expect(maxDifference(magnitude, rowLengths(layer, exact)), name).toBeGreaterThan(1e-3);
    }
    const state = AdapterState.of(gpu, adapter, values);
    const batch = tinyBatch();
    const base = new AdapterState(gpu, baseAdapter);
    const [start, alone] = [
      await computeLogits(model, state, batch),
      await computeLogits(model, base, batch),
    ];
    expectClose(start, alone, 1e-5, "logits at the start");
    state.destroy();
    base.destroy();
    model.weights.destroy();
  },
);

test.each(["llama_nf4", "llama_nf4_256_double", "gpt2_nf4_double", "gpt2_nf4_256"])(
  "merging into %s dequantises it, adds the update in the file's precision, and matches the adapter",
  async (family) => {
    const model = await loadGoldenModel(gpu, family);
    for (const name of ["lora", "dora"]) {
      const tensors = await readTensors(family, name, "golden.safetensors");
      const adapter = bindCase(model, family, name);
      const state = goldenState(gpu, adapter, tensors, "after");
      const merged = await mergedModel(model, adapter, await state.read(), family);
      for (const { path } of linearLayers(merged.spec))
        expect(merged.tensors.get(`${path}.weight`)!.dtype).toBe("F32");
      const [batch] = goldenBatches(tensors);
      const base = new AdapterState(gpu, baseAdapter);
      const expected = await computeLogits(model, state, batch!);
      expectClose(await computeLogits(merged, base, batch!), expected, 2e-5, `${name}, merged`);
      for (const each of [state, base]) each.destroy();
      merged.weights.destroy();
    }
    model.weights.destroy();
  },
);

test("merging into quantised files only adds f16 rounding", async () => {
  const model = await modelOfKind(gpu, "llama_tied", "q4_0");
  const tensors = await readTensors("llama_tied", "lora", "golden.safetensors");
  const adapter = bindCase(model, "llama_tied", "lora");
  const state = goldenState(gpu, adapter, tensors, "after");
  const merged = await mergedModel(model, adapter, await state.read(), "llama_tied");
  expect(new Set([...merged.tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F16", "F32"]));
  const [batch] = goldenBatches(tensors);
  const base = new AdapterState(gpu, baseAdapter);
  const [got, expected] = [
    await computeLogits(merged, base, batch!),
    await computeLogits(model, state, batch!),
  ];
  expect(relativeError(got, expected)).toBeLessThan(2e-3);
  expect(relativeError(got, expected)).toBeGreaterThan(1e-6);
  for (const each of [state, base]) each.destroy();
  for (const each of [model, merged]) each.weights.destroy();
});

/** Row lengths of a layer's matrix, stored as (out, in) or, for Conv1D, as (in, out). */
function rowLengths({ outFeatures, inFeatures, conv1d }: LinearSpec, stored: Float32Array): Float64Array {
  const squares = new Float64Array(outFeatures);
  stored.forEach((value, i) => {
    squares[conv1d ? i % outFeatures : Math.floor(i / inFeatures)]! += value * value;
  });
  return squares.map(Math.sqrt);
}

function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

test("a sharded matrix is uploaded completely, block by block", async () => {
  const narrow = await openTestGpu({ maxBindingBytes: 36864 });
  try {
    const [rows, columns] = [192, 1024];
    const name = "model.layers.0.mlp.up_proj.weight";
    const rng = makeRng(3);
    const values = Float32Array.from({ length: rows * columns }, () => rng.normal());
    const source = nf4Source(floatSource(name, [rows, columns], values), false, {
      type: "nf4",
      blockSize: 64,
      doubleQuantization: false,
    });
    const store = new WeightStore(narrow);
    await store.load({ name, shape: [rows, columns], layout: "matrix" }, source, () => {});
    const { shards } = store.matrix(name);
    expect(shards.map((shard) => shard.rows)).toEqual([64, 64, 64]);
    const parts: number[] = [];
    for (const [index] of shards.entries()) {
      const buffer = store.shardBuffer(name, index);
      const bytes = await readBytes(narrow, { buffer, offsetBytes: 0, sizeBytes: buffer.size });
      parts.push(...new Uint8Array(bytes));
    }
    expect(Uint8Array.from(parts)).toEqual(await source.read(0, (rows * columns * 36) / 64));
  } finally {
    narrow.close();
  }
});
