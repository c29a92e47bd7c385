import { beforeAll, expect, test } from "vitest";
import { AdapterState } from "../../../src/engine/adapters/adapter-state";
import { methods } from "../../../src/engine/adapters/registry";
import { Gpu } from "../../../src/engine/gpu/device";
import { PipelineCache } from "../../../src/engine/gpu/pipelines";
import { declareWeights } from "../../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../../src/engine/models/loaded-model";
import { describeModel } from "../../../src/engine/models/registry";
import { declaredWeights, predictTrainingMemory } from "../../../src/engine/train/memory";
import { adamDefaults, Trainer, type TrainerOptions } from "../../../src/engine/train/trainer";
import type { TensorDtype } from "../../../src/engine/weights/tensor-source";
import type { FieldValues } from "../../../src/shared/fields";
import type { MethodId } from "../../../src/shared/methods";
import { createNullGpu } from "../../support/gpu";
import { fixedTuning } from "../../support/run-graph";

const configs: Record<string, Record<string, unknown>> = {
  gpt2: { model_type: "gpt2", vocab_size: 301, n_embd: 24, n_head: 3, n_layer: 2, n_positions: 33 },
  llama: {
    model_type: "llama",
    vocab_size: 301,
    hidden_size: 32,
    intermediate_size: 44,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    num_hidden_layers: 2,
    max_position_embeddings: 64,
    tie_word_embeddings: true,
  },
};

const cases: { model: string; method: MethodId; options: FieldValues; dtype: TensorDtype }[] = [
  { model: "gpt2", method: "lora", options: { r: 4 }, dtype: "F32" },
  { model: "llama", method: "lora", options: { target_modules: "all-linear" }, dtype: "BF16" },
  {
    model: "llama",
    method: "lora",
    dtype: "BF16",
    options: { target_modules: "embed_tokens, lm_head", modules_to_save: "0.mlp" },
  },
  { model: "llama", method: "prefix-tuning", options: { num_virtual_tokens: 3 }, dtype: "F16" },
];

const options: TrainerOptions = {
  shapes: [
    { rows: 1, length: 8, labels: 64 },
    { rows: 2, length: 8, labels: 64 },
  ],
  evaluationShapes: [{ rows: 2, length: 8, labels: 64 }],
  weightDecay: 0,
  maxGradNorm: 1,
  ...adamDefaults,
};

/** A device that creates buffers and pipelines but computes nothing. */
let gpu: Gpu;
/** A device whose bindings hold only part of an embedding. */
let narrowGpu: Gpu;
beforeAll(async () => {
  gpu = await Gpu.open(createNullGpu());
  narrowGpu = await Gpu.open(createNullGpu(), { maxBindingBytes: 16384 });
});

function loadZeros(model: string, dtype: TensorDtype, on: Gpu): Promise<LoadedModel> {
  const config = configs[model]!;
  const files = declareWeights(describeModel(config)).map(({ name, shape }) => {
    const read = (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> =>
      Promise.resolve(new Uint8Array(end - start));
    return [name, { name, dtype, shape, read }] as const;
  });
  const tuning = fixedTuning(on);
  return loadModel(config, new Map(files), { gpu: on, pipelines: new PipelineCache(on), tuning });
}

test.each(cases)("training $model with $method in $dtype takes what is predicted", async (each) => {
  const spec = describeModel(configs[each.model]!);
  const adapter = methods[each.method].bind(each.options, spec);
  const before = gpu.usage;
  const weights = declaredWeights(spec, () => each.dtype, gpu.info.maxBindingBytes);
  const shape = { spec, weights, tuning: fixedTuning(gpu) };
  const prediction = predictTrainingMemory(shape, adapter, options);
  expect(gpu.usage).toEqual(before);

  const model = await loadZeros(each.model, each.dtype, gpu);
  const weightBytes = gpu.usage.bytes - before.bytes;
  const state = new AdapterState(gpu, adapter);
  const trainer = await Trainer.create(model, state, options);
  expect(prediction.weights).toBe(weightBytes);
  expect(prediction.total).toBe(gpu.usage.bytes - before.bytes);

  trainer.destroy();
  state.destroy();
  model.weights.destroy();
  expect(gpu.usage.bytes).toBe(before.bytes);
});

test("weights that do not fit one binding are predicted in their shards", async () => {
  const spec = describeModel(configs.llama!);
  const model = await loadZeros("llama", "BF16", narrowGpu);
  const weights = declaredWeights(spec, () => "BF16", narrowGpu.info.maxBindingBytes);
  const embedding = weights.matrix("model.embed_tokens.weight");
  expect(embedding.shards.length).toBeGreaterThan(1);
  expect(embedding).toEqual(model.weights.matrix("model.embed_tokens.weight"));
  expect(weights.sizeBytes).toBe(model.weights.sizeBytes);
  expect(weights.sizeBytes).toBe(narrowGpu.usage.bytes);
});

test("two-byte weights are half of four-byte ones but for the vectors", () => {
  const spec = describeModel(configs.gpt2!);
  const bytes = (dtype: TensorDtype): number => declaredWeights(spec, () => dtype, 2 ** 27).sizeBytes;
  const elements = (layout: "vector" | "other"): number =>
    declareWeights(spec)
      .filter((declaration) => (declaration.layout === "vector") === (layout === "vector"))
      .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  expect(bytes("F16")).toBe(2 * elements("other") + 4 * elements("vector"));
  expect(bytes("F32")).toBe(4 * (elements("other") + elements("vector")));
});

test("more trained parameters than a kernel may see at once are refused", () => {
  const adapter = methods.full.bind({}, describeModel(configs.llama!));
  expect(() => new AdapterState(narrowGpu, adapter)).toThrow(
    expect.objectContaining({ code: "out-of-memory" }),
  );
});
