import { expect, test } from "vitest";
import { AdapterState } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import { Generator } from "../../src/engine/generate/generator";
import { planGenerator } from "../../src/engine/generate/plans";
import { Gpu } from "../../src/engine/gpu/device";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { elementCount } from "../../src/engine/graph/value";
import { Tuner } from "../../src/engine/kernels/tuner";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import type { TrainingBatch } from "../../src/engine/train/batch-inputs";
import { planTraining } from "../../src/engine/train/plans";
import { adamDefaults, Trainer, type TrainerOptions } from "../../src/engine/train/trainer";
import type { TensorSource } from "../../src/engine/weights/tensor-source";
import { LuthierError } from "../../src/lib/errors";
import { makeRng } from "../../src/lib/rng";
import { expectClose } from "../support/compare";
import {
  bindCase,
  goldenBatches,
  goldenState,
  loadGoldenModel,
  readJson,
  readTensors,
} from "../support/golden";
import { createNullGpu, openTestGpu } from "../support/gpu";
import { computeGradients } from "../support/gradients";
import { computeLogits } from "../support/logits";
import { fixedTuning, pipelinesOf } from "../support/run-graph";

/** Opens a GPU with a lower binding limit, and closes it after `work`. */
async function withLimit<T>(maxBindingBytes: number, work: (gpu: Gpu) => Promise<T>): Promise<T> {
  const gpu = await openTestGpu({ maxBindingBytes });
  try {
    return await work(gpu);
  } finally {
    gpu.close();
  }
}

async function openCase(gpu: Gpu, family: string, name: string) {
  const model = await loadGoldenModel(gpu, family);
  const tensors = await readTensors(family, name, "golden.safetensors");
  const state = goldenState(gpu, bindCase(model, family, name), tensors);
  return { model, state, batch: goldenBatches(tensors)[0]! };
}

const options = (batch: TrainingBatch): TrainerOptions => ({
  shapes: [{ rows: batch.rows, length: batch.length, labels: 64 }],
  evaluationShapes: [],
  weightDecay: 0,
  maxGradNorm: 1,
  ...adamDefaults,
});

/** Only the first row: its logits are then no larger than the weights to be split. */
function firstRow({ length, ids, supervised, segments }: TrainingBatch): TrainingBatch {
  return {
    rows: 1,
    length,
    ids: ids.slice(0, length),
    supervised: supervised.slice(0, length),
    segments: segments.slice(0, 1),
  };
}

const shardCounts = ({ spec, weights }: LoadedModel): number[] =>
  [`${spec.embedTokens}.weight`, `${spec.head.tied ? spec.embedTokens : spec.head.path}.weight`].map(
    (name) => weights.matrix(name).shards.length,
  );

/** The size of 64 embedding rows of the goldens, which have 32 (llama) or 36 (gpt2) elements each. */
const GOLDEN_LIMITS = { llama: 64 * 32 * 4, gpt2: 64 * 36 * 4 };

test.each(["llama", "gpt2"] as const)("%s gives PyTorch's logits with its matrices split", async (family) => {
  await withLimit(GOLDEN_LIMITS[family], async (gpu) => {
    const { model, state, batch } = await openCase(gpu, family, "lora");
    expect(shardCounts(model)).toEqual([2, 2]);
    const row = firstRow(batch);
    const expected = (await readTensors(family, "lora", "golden.safetensors")).get("logits")!.data;
    const logits = await computeLogits(model, state, row);
    expectClose(logits, expected.slice(0, logits.length), 1e-4, "logits");
  });
});

test("a run whose results do not fit one binding is refused, and leaves nothing behind", async () => {
  await withLimit(GOLDEN_LIMITS.llama, async (gpu) => {
    const { model, state, batch } = await openCase(gpu, "llama", "lora");
    const before = { ...gpu.usage, peakBytes: 0 };
    const error: unknown = await Trainer.create(model, state, options(batch)).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(LuthierError);
    const { code, what, advice } = error as LuthierError;
    expect(code).toBe("out-of-memory");
    // 64 rows of 97 logits, each row padded to whole quads.
    expect(what).toContain(`needs ${64 * 100 * 4} bytes, but this GPU binds at most ${64 * 32 * 4} at once`);
    expect(advice).toMatch(/shorter|smaller/);
    expect({ ...gpu.usage, peakBytes: 0 }).toEqual(before);
  });
});

test("a cache that does not fit one binding is refused, and leaves nothing behind", async () => {
  await withLimit(GOLDEN_LIMITS.llama, async (gpu) => {
    const { model, state } = await openCase(gpu, "llama", "lora");
    const before = { ...gpu.usage, peakBytes: 0 };
    // One position holds a key of 16 elements: 128 fit.
    await expect(Generator.create(model, state, 129)).rejects.toThrow(/cache.*needs 8256 bytes/);
    expect({ ...gpu.usage, peakBytes: 0 }).toEqual(before);
    (await Generator.create(model, state, 128)).destroy();
  });
});

test("a matrix of which 64 rows do not fit is refused by name", async () => {
  await withLimit(GOLDEN_LIMITS.llama - 4, async (gpu) => {
    await expect(loadGoldenModel(gpu, "llama")).rejects.toThrow(
      /64 rows of model\.embed_tokens\.weight take 8192 bytes/,
    );
    expect(gpu.usage.buffers).toBe(0);
  });
});

/** Models wide enough that every matrix of a block is split while a chunk of logits still fits. */
const WIDE = {
  llama: {
    hidden_size: 128,
    intermediate_size: 144,
    head_dim: 16,
    num_attention_heads: 8,
    num_hidden_layers: 1,
    vocab_size: 160,
  },
  gpt2: { n_embd: 128, n_inner: 144, n_head: 8, n_layer: 1, vocab_size: 160, n_positions: 80 },
};
const WIDE_LIMIT = 64 * 160 * 4;

/** A model of random weights, determined by their names. */
async function loadWide(gpu: Gpu, family: keyof typeof WIDE): Promise<LoadedModel> {
  const config = { ...readJson<Record<string, unknown>>(family, "config.json"), ...WIDE[family] };
  const sources = declareWeights(describeModel(config)).map(({ name, shape }, index) => {
    const rng = makeRng(7, index);
    const data = Float32Array.from({ length: elementCount(shape) }, () => rng.normal() / 8);
    const bytes = new Uint8Array(data.buffer);
    const source: TensorSource = {
      name,
      dtype: "F32",
      shape,
      read: (start, end) => Promise.resolve(bytes.slice(start, end)),
    };
    return [name, source] as const;
  });
  return loadModel(config, new Map(sources), { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) });
}

/** Logits, loss and gradients of a wide model with a LoRA on all layers. */
async function computeWide(gpu: Gpu, family: keyof typeof WIDE) {
  const model = await loadWide(gpu, family);
  const adapter = methods.lora.bind({ r: 2, target_modules: "all-linear" }, model.spec);
  const rng = makeRng(11);
  const state = new AdapterState(gpu, adapter);
  const values = adapter.parameters.map(({ name, shape }) => {
    const data = Float32Array.from({ length: elementCount(shape) }, () => rng.normal() / 8);
    return [name, { shape, data }] as const;
  });
  state.write(new Map(values));
  const length = 9;
  const batch: TrainingBatch = {
    rows: 2,
    length,
    ids: Uint32Array.from({ length: 2 * length }, (_, index) => (index * 37 + 5) % 160),
    supervised: new Uint8Array(2 * length).fill(1),
    segments: [[{ start: 0, length }], [{ start: 0, length: length - 2 }]],
  };
  const logits = await computeLogits(model, state, batch);
  const trainer = await Trainer.create(model, state, options(batch));
  const gradients = await computeGradients(model, state, batch);
  const { loss } = await trainer.step([batch], 1e-3, 0);
  return { shards: shardCounts(model), logits, gradients, loss };
}

test.each(["llama", "gpt2"] as const)("%s trains identically with its matrices split", async (family) => {
  const whole = await withLimit(2 ** 27, (gpu) => computeWide(gpu, family));
  const split = await withLimit(WIDE_LIMIT, (gpu) => computeWide(gpu, family));
  expect(whole.shards).toEqual([1, 1]);
  expect(split.shards).toEqual([3, 3]);
  expectClose(split.logits, whole.logits, 1e-5, "logits");
  expectClose([split.loss], [whole.loss], 1e-5, "loss");
  for (const [parameter, { data }] of whole.gradients) {
    expect(
      data.some((value) => value !== 0),
      parameter,
    ).toBe(true);
    expectClose(split.gradients.get(parameter)!.data, data, 1e-5, `gradient of ${parameter}`);
  }
});

/** A layer of Qwen2.5-0.5B with its embeddings, which are tied to the head: 272 MB in f16. */
const QWEN = {
  model_type: "qwen2",
  vocab_size: 151936,
  hidden_size: 896,
  intermediate_size: 4864,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  num_hidden_layers: 1,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
};

// The least that browsers offer, and half of it. The device takes every command and computes nothing.
test.each([
  [128, 3],
  [64, 5],
])("a head larger than a binding of %i MiB loads, is tuned, trains and answers", async (limit, shards) => {
  const gpu = await Gpu.open(createNullGpu(), { maxBindingBytes: limit * 2 ** 20 });
  const pipelines = new PipelineCache(gpu);
  const tuning = new Tuner(gpu, pipelines);
  const files = declareWeights(describeModel(QWEN)).map(({ name, shape }): [string, TensorSource] => {
    const read = (start: number, end: number) => Promise.resolve(new Uint8Array(end - start));
    return [name, { name, dtype: "F16", shape, read }];
  });
  const model = await loadModel(QWEN, new Map(files), { gpu, pipelines, tuning });
  expect(shardCounts(model)).toEqual([shards, shards]);
  const adapter = methods.lora.bind({ r: 8 }, model.spec);
  const state = new AdapterState(gpu, adapter);
  const batch: TrainingBatch = {
    rows: 1,
    length: 64,
    ids: new Uint32Array(64),
    supervised: new Uint8Array(64).fill(1),
    segments: [[{ start: 0, length: 64 }]],
  };
  planTraining(model, state, options(batch));
  planGenerator(model, state, 64);
  expect(await tuning.measure(60_000)).toBe(true);
  const tuned = Object.keys(tuning.choices).join();
  // Products with a whole shard of the head, for the loss and for a token.
  const rows = model.weights.matrix("model.embed_tokens.weight").shards[0]!.rows;
  expect(tuned).toContain(`gemm nt f16 64x${rows}x896`);
  expect(tuned).toContain(`gemm nn f16 64x896x${rows}`);
  expect(tuned).toContain(`gemm nt f16 1x${rows}x896`);
  const trainer = await Trainer.create(model, state, options(batch));
  await trainer.step([batch], 1e-3, 0);
  trainer.destroy();
  const generator = await Generator.create(model, state, 64);
  await generator.logitsAfter([1, 2, 3]);
  generator.destroy();
  gpu.check();
  gpu.close();
});
