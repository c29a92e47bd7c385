import { beforeAll, expect, test } from "vitest";
import { layOutParameters } from "../../../src/engine/adapters/adapter-state";
import { methods } from "../../../src/engine/adapters/registry";
import { Gpu } from "../../../src/engine/gpu/device";
import { describeModel } from "../../../src/engine/models/registry";
import {
  declaredWeights,
  predictTrainingMemory,
  type TrainingMemory,
} from "../../../src/engine/train/memory";
import { planTraining } from "../../../src/engine/train/plans";
import { adamDefaults, type TrainerOptions } from "../../../src/engine/train/trainer";
import type { TensorDtype } from "../../../src/engine/weights/tensor-source";
import { createNullGpu } from "../../support/gpu";
import { fixedTuning } from "../../support/run-graph";

const MAX_BINDING_BYTES = 2 ** 31 - 4;

const qwen2 = {
  model_type: "qwen2",
  vocab_size: 151936,
  max_position_embeddings: 32768,
  num_hidden_layers: 24,
};
const configs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "Qwen2.5-0.5B": {
    ...qwen2,
    hidden_size: 896,
    intermediate_size: 4864,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    tie_word_embeddings: true,
  },
  "Qwen1.5-1.8B": {
    ...qwen2,
    hidden_size: 2048,
    intermediate_size: 5504,
    num_attention_heads: 16,
    num_key_value_heads: 16,
    tie_word_embeddings: false,
  },
  "Llama-3.2-3B": {
    model_type: "llama",
    vocab_size: 128256,
    hidden_size: 3072,
    intermediate_size: 8192,
    num_hidden_layers: 28,
    num_attention_heads: 24,
    num_key_value_heads: 8,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  "Mistral-7B": {
    model_type: "mistral",
    vocab_size: 32000,
    hidden_size: 4096,
    intermediate_size: 14336,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    max_position_embeddings: 4096,
    sliding_window: 4096,
    tie_word_embeddings: false,
  },
};

interface Run {
  readonly model: string;
  readonly dtype: TensorDtype;
  readonly targets?: string;
  readonly rows: number;
  readonly gradientCheckpointing: boolean;
  /** The most it may take, in MB. */
  readonly totalMb: number;
}

const runs: readonly Run[] = [
  { model: "Qwen2.5-0.5B", dtype: "F16", rows: 4, gradientCheckpointing: false, totalMb: 4000 },
  { model: "Qwen2.5-0.5B", dtype: "F16", rows: 4, gradientCheckpointing: true, totalMb: 1450 },
  {
    model: "Qwen1.5-1.8B",
    dtype: "F16",
    targets: "all-linear",
    rows: 4,
    gradientCheckpointing: false,
    totalMb: 10_500,
  },
  { model: "Qwen1.5-1.8B", dtype: "NF4", rows: 1, gradientCheckpointing: false, totalMb: 2500 },
  { model: "Llama-3.2-3B", dtype: "NF4", rows: 1, gradientCheckpointing: true, totalMb: 3500 },
  { model: "Mistral-7B", dtype: "NF4", rows: 1, gradientCheckpointing: true, totalMb: 6500 },
];

let gpu: Gpu;
beforeAll(async () => {
  gpu = await Gpu.open(createNullGpu(), { maxBindingBytes: MAX_BINDING_BYTES });
});

/** A LoRA run of rank 8 on rows of 512 tokens: its memory, and the live peak of its training pass. */
function planRun(run: Run): { memory: TrainingMemory; peakLiveBytes: number } {
  const spec = describeModel(configs[run.model]!);
  const weights = declaredWeights(spec, () => run.dtype, MAX_BINDING_BYTES);
  const adapter = methods.lora.bind({ r: 8, ...(run.targets ? { target_modules: run.targets } : {}) }, spec);
  const shape = { rows: run.rows, length: 512, labels: run.rows * 512 };
  const options: TrainerOptions = {
    shapes: [shape],
    evaluationShapes: [shape],
    weightDecay: 0,
    maxGradNorm: 1,
    gradientCheckpointing: run.gradientCheckpointing,
    ...adamDefaults,
  };
  const model = { spec, weights, tuning: fixedTuning(gpu) };
  const { train } = planTraining(model, { adapter, length: layOutParameters(adapter).length }, options);
  return {
    memory: predictTrainingMemory(model, adapter, options),
    peakLiveBytes: train[0]!.plan.peakLiveBytes,
  };
}

test.each(runs)(
  "$model in $dtype, $rows rows, checkpointing $gradientCheckpointing: under $totalMb MB",
  (run) => {
    const { memory, peakLiveBytes } = planRun(run);
    expect(memory.total).toBeLessThan(run.totalMb * 1e6);
    // Slots are whole buffers: with checkpointing little is alive but the head's logits, whose slot holds one value of
    // a block at a time.
    const most = run.gradientCheckpointing ? 0.025 * memory.total : 0.02 * peakLiveBytes;
    expect(memory.slots - peakLiveBytes).toBeLessThan(most);
    expect(memory.slots).toBeGreaterThanOrEqual(peakLiveBytes);
  },
);
