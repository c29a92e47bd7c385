import { AdapterState, initContext, initialValues } from "../../src/engine/adapters/adapter-state";
import { methods } from "../../src/engine/adapters/registry";
import { Gpu } from "../../src/engine/gpu/device";
import { PipelineCache } from "../../src/engine/gpu/pipelines";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import { canPack, type TrainingBatch } from "../../src/engine/train/batch-inputs";
import { predictTrainingMemory } from "../../src/engine/train/memory";
import { adamDefaults, Trainer, type TrainerOptions } from "../../src/engine/train/trainer";
import type { TensorDtype } from "../../src/engine/weights/tensor-source";
import { makeRng } from "../../src/lib/rng";
import type { FieldValues } from "../../src/shared/fields";
import type { MethodId } from "../../src/shared/methods";
import { createNullGpu } from "../support/gpu";
import { fixedTuning } from "../support/run-graph";

/**
 * Compares predicted with allocated GPU bytes of a run across families, methods and settings: `node tests/run.mjs
 * tests/bench/memory-bench.ts`. The device creates buffers and pipelines but computes nothing, so any machine can run
 * this. Exits with 1 if a prediction is off by more than a tenth.
 */

/** Real models' widths with few layers and small vocabularies, to stay within the 512 MB that the device offers. */
const families: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  gpt2: { model_type: "gpt2", vocab_size: 5003, n_embd: 768, n_head: 12, n_layer: 3, n_positions: 512 },
  llama: {
    model_type: "llama",
    vocab_size: 4096,
    hidden_size: 576,
    intermediate_size: 1536,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    num_hidden_layers: 4,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  mistral: {
    model_type: "mistral",
    vocab_size: 3200,
    hidden_size: 768,
    intermediate_size: 2048,
    num_attention_heads: 12,
    num_key_value_heads: 4,
    num_hidden_layers: 3,
    sliding_window: 96,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  qwen2: {
    model_type: "qwen2",
    vocab_size: 15000,
    hidden_size: 896,
    intermediate_size: 4864,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    num_hidden_layers: 3,
    max_position_embeddings: 2048,
    tie_word_embeddings: false,
  },
  qwen3: {
    model_type: "qwen3",
    vocab_size: 15000,
    hidden_size: 1024,
    intermediate_size: 3072,
    head_dim: 128,
    num_attention_heads: 16,
    num_key_value_heads: 8,
    num_hidden_layers: 2,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
  },
  gemma3: {
    model_type: "gemma3_text",
    vocab_size: 26000,
    hidden_size: 640,
    intermediate_size: 2048,
    num_attention_heads: 4,
    num_key_value_heads: 1,
    head_dim: 256,
    num_hidden_layers: 3,
    max_position_embeddings: 2048,
    query_pre_attn_scalar: 256,
    sliding_window: 96,
    layer_types: ["sliding_attention", "sliding_attention", "full_attention"],
    tie_word_embeddings: true,
  },
  opt: {
    model_type: "opt",
    vocab_size: 5003,
    hidden_size: 1024,
    word_embed_proj_dim: 512,
    ffn_dim: 4096,
    num_attention_heads: 16,
    num_hidden_layers: 2,
    max_position_embeddings: 1024,
    do_layer_norm_before: false,
    activation_function: "relu",
    tie_word_embeddings: true,
  },
  bloom: {
    model_type: "bloom",
    vocab_size: 4600,
    hidden_size: 1024,
    n_layer: 2,
    n_head: 16,
    tie_word_embeddings: true,
  },
  mt5: {
    model_type: "mt5",
    vocab_size: 25000,
    d_model: 512,
    d_kv: 64,
    d_ff: 1024,
    num_heads: 6,
    num_layers: 2,
    num_decoder_layers: 2,
    feed_forward_proj: "gated-gelu",
    tie_word_embeddings: false,
    relative_attention_num_buckets: 32,
    relative_attention_max_distance: 128,
    layer_norm_epsilon: 1e-6,
    decoder_start_token_id: 0,
    pad_token_id: 0,
  },
};

/** The query and value projections of every family. */
const ATTENTION = "q_proj, v_proj, c_attn, query_key_value, q, v";

const adapters: readonly (readonly [MethodId, FieldValues])[] = [
  ["lora", { r: 8 }],
  ["lora", { r: 16, target_modules: "all-linear", lora_dropout: 0.1 }],
  ["prefix-tuning", { num_virtual_tokens: 20 }],
  ["prompt-tuning", { num_virtual_tokens: 20 }],
  ["fishmask", { target_modules: ATTENTION }],
  ["diff-pruning", { target_modules: ATTENTION }],
  ["said", { intrinsic_dimension: 500, target_modules: ATTENTION }],
];

interface Setting {
  readonly rows: number;
  readonly length: number;
  readonly packed: boolean;
  readonly gradientCheckpointing: boolean;
  readonly dtype: TensorDtype;
}

const settings: readonly Setting[] = [
  { rows: 4, length: 128, packed: false, gradientCheckpointing: false, dtype: "BF16" },
  { rows: 4, length: 128, packed: false, gradientCheckpointing: true, dtype: "BF16" },
  { rows: 1, length: 512, packed: true, gradientCheckpointing: false, dtype: "F16" },
  { rows: 2, length: 256, packed: false, gradientCheckpointing: false, dtype: "NF4" },
  { rows: 1, length: 512, packed: true, gradientCheckpointing: true, dtype: "NF4" },
];

const LIMIT = 0.1;

export async function main(): Promise<number> {
  const gpu = await Gpu.open(createNullGpu());
  let worst = 0;
  console.log("family  method          settings                          predicted    allocated    ratio");
  for (const [family, config] of Object.entries(families)) {
    for (const setting of settings) {
      const model = await loadZeros(gpu, config, setting.dtype);
      for (const [method, options] of adapters) {
        const { predicted, allocated } = await measure(gpu, model, method, options, setting);
        const ratio = predicted / allocated;
        worst = Math.max(worst, Math.abs(ratio - 1));
        const row = [family.padEnd(7), label(method, options).padEnd(15), describe(setting).padEnd(33)];
        const bytes = [predicted, allocated].map((count) => count.toLocaleString("en").padStart(12));
        console.log([...row, ...bytes, ratio.toFixed(4)].join(" "));
      }
      model.weights.destroy();
    }
  }
  gpu.close();
  console.log(`The largest difference is ${(worst * 100).toFixed(2)} %.`);
  return worst <= LIMIT ? 0 : 1;
}

/** The peak of a step and a validation, with the prediction. */
async function measure(
  gpu: Gpu,
  model: LoadedModel,
  method: MethodId,
  values: FieldValues,
  { rows, length, packed, gradientCheckpointing }: Setting,
): Promise<{ predicted: number; allocated: number }> {
  const adapter = methods[method].bind(values, model.spec);
  const shapes = [
    { rows, length, labels: rows * length },
    { rows, length: length / 2, labels: (rows * length) / 2 },
  ];
  const options: TrainerOptions = {
    shapes,
    evaluationShapes: shapes,
    weightDecay: 0,
    maxGradNorm: 1,
    gradientCheckpointing,
    ...adamDefaults,
  };
  const predicted = predictTrainingMemory(model, adapter, options).total;
  gpu.resetPeak();
  const random = makeRng(1);
  const context = initContext(model.tensors, random, () => [1]);
  const state = AdapterState.of(gpu, adapter, await initialValues(adapter, context));
  const trainer = await Trainer.create(model, state, options);
  const batch = makeBatch(rows, length, packed && canPack(model.spec, adapter, length));
  await trainer.step([batch], 1e-3, 1);
  await trainer.evaluate([batch]);
  const allocated = gpu.usage.peakBytes;
  trainer.destroy();
  state.destroy();
  return { predicted, allocated };
}

/** Rows of one text each, or of four if packed. */
function makeBatch(rows: number, length: number, packed: boolean): TrainingBatch {
  const texts = packed ? 4 : 1;
  const each = length / texts;
  const segments = Array.from({ length: texts }, (_, index) => ({ start: index * each, length: each }));
  return {
    rows,
    length,
    ids: new Uint32Array(rows * length),
    // An encoder needs input: the first token of each text is its prompt.
    supervised: Uint8Array.from({ length: rows * length }, (_, place) => (place % each === 0 ? 0 : 1)),
    segments: Array.from({ length: rows }, () => segments),
  };
}

function loadZeros(
  gpu: Gpu,
  config: Readonly<Record<string, unknown>>,
  dtype: TensorDtype,
): Promise<LoadedModel> {
  const files = declareWeights(describeModel(config)).map(({ name, shape, layout }) => {
    // Only matrices of a block's linear layers are quantised.
    const isPlain = layout === "vector" || /embed|wte|wpe|lm_head/.test(name);
    const stored: TensorDtype = isPlain && dtype === "NF4" ? "BF16" : dtype;
    const read = (start: number, end: number) => Promise.resolve(new Uint8Array(end - start));
    // Quantised files store every matrix as the engine needs it, including those that GPT-2 stores transposed.
    const isTransposed = stored === "NF4" && layout === "conv1d";
    return [name, { name, dtype: stored, shape, isTransposed, read }] as const;
  });
  const tuning = fixedTuning(gpu);
  return loadModel(config, new Map(files), { gpu, pipelines: new PipelineCache(gpu), tuning });
}

function label(method: MethodId, { r, target_modules }: FieldValues): string {
  return method === "lora" ? `lora r ${String(r)}${target_modules === undefined ? "" : " all"}` : method;
}

function describe({ rows, length, packed, gradientCheckpointing, dtype }: Setting): string {
  return [
    `${rows} x ${length} ${dtype}`,
    packed ? "packed" : "",
    gradientCheckpointing ? "checkpointing" : "",
  ].join(" ");
}
