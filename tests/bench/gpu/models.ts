import { AdapterState, initContext, initialValues } from "../../../src/engine/adapters/adapter-state";
import type { Adapter } from "../../../src/engine/adapters/common/method";
import { methods } from "../../../src/engine/adapters/registry";
import type { Gpu } from "../../../src/engine/gpu/device";
import type { PipelineCache } from "../../../src/engine/gpu/pipelines";
import type { Tuning } from "../../../src/engine/graph/op";
import { type LoadedModel, loadModel } from "../../../src/engine/models/loaded-model";
import { describeModel } from "../../../src/engine/models/registry";
import { declareWeights } from "../../../src/engine/nn/model-spec";
import type { TrainingBatch } from "../../../src/engine/train/batch-inputs";
import { adamDefaults, type TrainerOptions } from "../../../src/engine/train/trainer";
import type { TensorDtype, TensorSource } from "../../../src/engine/weights/tensor-source";
import { blockLayout } from "../../../src/formats/quantised/block-types";
import { makeRng } from "../../../src/lib/rng";
import { arbitraryBlocks } from "../../support/stored-numbers";

/** A model of real widths with random weights, and the batch that it is trained on. */
export interface BenchModel {
  readonly config: Readonly<Record<string, unknown>>;
  /** Storage of the layers' matrices; embeddings, head and vectors are F16. */
  readonly dtype: TensorDtype;
  readonly rows: number;
  readonly length: number;
}

const qwen2 = { model_type: "qwen2", rms_norm_eps: 1e-6, rope_theta: 1e6, max_position_embeddings: 8192 };

/** LoRA's shapes at 4 × 512: Qwen2.5-0.5B in f16, and Qwen1.5-1.8B in NF4. */
export const models = {
  "0.5B": {
    config: {
      ...qwen2,
      vocab_size: 151936,
      hidden_size: 896,
      intermediate_size: 4864,
      num_attention_heads: 14,
      num_key_value_heads: 2,
      num_hidden_layers: 24,
      tie_word_embeddings: true,
    },
    dtype: "F16",
    rows: 4,
    length: 512,
  },
  "1.8B": {
    config: {
      ...qwen2,
      vocab_size: 151936,
      hidden_size: 2048,
      intermediate_size: 5504,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      num_hidden_layers: 24,
      tie_word_embeddings: false,
    },
    dtype: "NF4",
    rows: 4,
    length: 512,
  },
} as const satisfies Readonly<Record<string, BenchModel>>;

/** A model that a software GPU trains in seconds. */
export const smallModels = {
  small: {
    config: {
      ...qwen2,
      vocab_size: 512,
      hidden_size: 64,
      intermediate_size: 128,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      num_hidden_layers: 2,
      tie_word_embeddings: true,
    },
    dtype: "NF4",
    rows: 1,
    length: 64,
  },
} as const satisfies Readonly<Record<string, BenchModel>>;

export const LORA = { r: 8, lora_alpha: 16, target_modules: "all-linear" };

export function bindLora(spec: LoadedModel["spec"]): Adapter {
  return methods.lora.bind(LORA, spec);
}

/** The stored type of a tensor. */
export function storedType({ dtype }: BenchModel, name: string): TensorDtype {
  return /_proj\.weight$/.test(name) ? dtype : "F16";
}

/** Loads the model with random weights, drawn once per type and repeated. */
export function loadBench(
  gpu: Gpu,
  pipelines: PipelineCache,
  tuning: Tuning,
  bench: BenchModel,
): Promise<LoadedModel> {
  const files = declareWeights(describeModel(bench.config)).map(({ name, shape }): [string, TensorSource] => {
    const dtype = storedType(bench, name);
    const read = /norm/.test(name) ? ones : repeating(dtype);
    return [name, { name, dtype, shape, read }];
  });
  return loadModel(bench.config, new Map(files), { gpu, pipelines, tuning });
}

type Read = TensorSource["read"];

const ones: Read = (start, end) =>
  Promise.resolve(Uint8Array.from({ length: end - start }, (_, index) => (index % 2 === 0 ? 0 : 0x3c)));

const periods = new Map<TensorDtype, Uint8Array<ArrayBuffer>>();

/** Reads from a megabyte of random numbers that repeats. */
function repeating(dtype: TensorDtype): Read {
  const period = periods.get(dtype) ?? randomPeriod(dtype);
  periods.set(dtype, period);
  return (start, end) => {
    const bytes = new Uint8Array(end - start);
    for (let at = 0; at < bytes.length;) {
      const from = (start + at) % period.length;
      const piece = period.subarray(from, from + bytes.length - at);
      bytes.set(piece, at);
      at += piece.length;
    }
    return Promise.resolve(bytes);
  };
}

/** Elements until the numbers repeat: no multiple of a model's width. */
const PERIOD = 2 ** 19 + 2 ** 8;

/** Numbers from -0.06 to 0.06. */
function randomPeriod(dtype: TensorDtype): Uint8Array<ArrayBuffer> {
  if (dtype === "F16") {
    const random = makeRng(1);
    const bits = (): number =>
      (random.integer(2) << 15) | ((8 + random.integer(3)) << 10) | random.integer(1024);
    return new Uint8Array(Uint16Array.from({ length: PERIOD }, bits).buffer);
  }
  const { bytes, elements } = blockLayout(dtype);
  const blocks = arbitraryBlocks(dtype as "NF4", PERIOD / elements, 1);
  const view = new DataView(blocks.buffer);
  for (let at = 0; at < blocks.length; at += bytes) view.setFloat32(at, 0.05, true);
  return blocks;
}

export function trainerOptions({ rows, length }: BenchModel, gradientCheckpointing: boolean): TrainerOptions {
  return {
    shapes: [{ rows, length, labels: rows * length }],
    evaluationShapes: [],
    weightDecay: 0.01,
    maxGradNorm: 1,
    gradientCheckpointing,
    ...adamDefaults,
  };
}

/** A fresh LoRA adapter on all linear layers, initialised as in PEFT. */
export async function makeLora(model: LoadedModel): Promise<AdapterState> {
  const adapter = bindLora(model.spec);
  const context = initContext(model.tensors, makeRng(1), () => []);
  return AdapterState.of(model.gpu, adapter, await initialValues(adapter, context));
}

/** Random tokens, all supervised. */
export function randomBatch({ rows, length, config }: BenchModel, seed: number): TrainingBatch {
  const random = makeRng(seed);
  const vocabulary = config.vocab_size as number;
  return {
    rows,
    length,
    ids: Uint32Array.from({ length: rows * length }, () => random.integer(vocabulary)),
    supervised: new Uint8Array(rows * length).fill(1),
    segments: Array.from({ length: rows }, () => [{ start: 0, length }]),
  };
}
