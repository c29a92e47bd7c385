import { makeRng } from "../../../src/lib/rng";
import type { Adapter } from "../../../src/engine/adapters/common/method";
import { AdapterState, initContext, initialValues } from "../../../src/engine/adapters/adapter-state";
import { methods } from "../../../src/engine/adapters/registry";
import type { Gpu } from "../../../src/engine/gpu/device";
import { PipelineCache } from "../../../src/engine/gpu/pipelines";
import { declareWeights } from "../../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../../src/engine/models/loaded-model";
import { describeModel } from "../../../src/engine/models/registry";
import type { TrainingBatch } from "../../../src/engine/train/batch-inputs";
import { declaredWeights } from "../../../src/engine/train/memory";
import type { ModelShape } from "../../../src/engine/models/loaded-model";
import { adamDefaults, type TrainerOptions } from "../../../src/engine/train/trainer";
import type { TensorSource } from "../../../src/engine/weights/tensor-source";
import { fixedTuning } from "../../support/run-graph";

/** The model that ours and the rival train, with 1.79 million parameters in its matrices. */
export const SIZE = { layers: 4, width: 192, heads: 4, vocabulary: 96, rows: 4, length: 128 } as const;

/** LoRA on the fused QKV layer, for ours and the rival. */
export const LORA = { r: 8, alpha: 16 } as const;

/** Tokens of one training step; all but each row's first are supervised. */
export const STEP_TOKENS = SIZE.rows * SIZE.length;

export const benchOptions: TrainerOptions = {
  shapes: [{ rows: SIZE.rows, length: SIZE.length, labels: STEP_TOKENS }],
  evaluationShapes: [],
  weightDecay: 0.01,
  maxGradNorm: 1,
  ...adamDefaults,
};

/** GPT-2's config.json at the benchmark's size. */
function benchConfig(layers: number): Record<string, unknown> {
  return {
    model_type: "gpt2",
    vocab_size: SIZE.vocabulary,
    n_embd: SIZE.width,
    n_head: SIZE.heads,
    n_layer: layers,
    n_positions: SIZE.length,
  };
}

/** Describes the model without allocating it. */
export function describeBench(gpu: Gpu, layers: number = SIZE.layers): ModelShape {
  const spec = describeModel(benchConfig(layers));
  const weights = declaredWeights(spec, () => "F32", gpu.info.maxBindingBytes);
  return { spec, weights, tuning: fixedTuning(gpu) };
}

/** Loads the model with random f32 weights (normal, 0.02; norms at one). */
export async function loadBenchModel(gpu: Gpu): Promise<LoadedModel> {
  const config = benchConfig(SIZE.layers);
  const files = new Map(
    declareWeights(describeModel(config)).map(({ name, shape }) => [name, randomTensor(name, shape)]),
  );
  return loadModel(config, files, { gpu, pipelines: new PipelineCache(gpu), tuning: fixedTuning(gpu) });
}

function randomTensor(name: string, shape: readonly number[]): TensorSource {
  const random = makeRng(name.length, shape[0] ?? 0);
  const count = shape.reduce((product, size) => product * size, 1);
  const isNormWeight = /ln_.*\.weight$/.test(name);
  const values = Float32Array.from({ length: count }, () => (isNormWeight ? 1 : 0.02 * random.normal()));
  const bytes = new Uint8Array(values.buffer);
  return { name, dtype: "F32", shape, read: (start, end) => Promise.resolve(bytes.slice(start, end)) };
}

/** A fresh LoRA adapter, initialised as in PEFT. */
export async function makeLora(model: LoadedModel): Promise<AdapterState> {
  const adapter = bindLora(model.spec);
  const state = new AdapterState(model.gpu, adapter);
  state.write(
    await initialValues(
      adapter,
      initContext(model.tensors, makeRng(1), () => []),
    ),
  );
  return state;
}

export function bindLora(spec: LoadedModel["spec"]): Adapter {
  return methods.lora.bind({ r: LORA.r, lora_alpha: LORA.alpha }, spec);
}

/** A batch of random tokens, all supervised. */
export function randomBatch(seed: number): TrainingBatch {
  const random = makeRng(seed);
  return {
    rows: SIZE.rows,
    length: SIZE.length,
    ids: Uint32Array.from({ length: STEP_TOKENS }, () => random.integer(SIZE.vocabulary)),
    supervised: new Uint8Array(STEP_TOKENS).fill(1),
    segments: Array.from({ length: SIZE.rows }, () => [{ start: 0, length: SIZE.length }]),
  };
}
