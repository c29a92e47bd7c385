import { describe, expect, test } from "vitest";
import { methods } from "../../../src/engine/adapters/registry";
import type { Tuning } from "../../../src/engine/graph/op";
import { linearLayers } from "../../../src/engine/nn/model-spec";
import { describeModel } from "../../../src/engine/models/registry";
import {
  declaredWeights,
  predictTrainingMemory,
  type TrainingMemory,
} from "../../../src/engine/train/memory";
import { adamDefaults, type TrainerOptions } from "../../../src/engine/train/trainer";
import type { TensorDtype } from "../../../src/engine/weights/tensor-source";

const GIGABYTE = 1e9;

/** The relevant part of Qwen1.5-1.8B-Chat's config.json. */
const spec = describeModel({
  model_type: "qwen2",
  vocab_size: 151936,
  hidden_size: 2048,
  intermediate_size: 5504,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  num_key_value_heads: 16,
  max_position_embeddings: 32768,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  tie_word_embeddings: false,
});
const tuning: Tuning = { software: false, has: () => false, choice: () => null };
const adapter = methods.lora.bind({ r: 8 }, spec);

/** A batch of one fully supervised row of 512 tokens. */
const options: TrainerOptions = {
  shapes: [{ rows: 1, length: 512, labels: 512 }],
  evaluationShapes: [{ rows: 1, length: 512, labels: 512 }],
  weightDecay: 0,
  maxGradNorm: 1,
  ...adamDefaults,
};

/** A QLoRA layout: the blocks' matrices in NF4, embeddings and head unquantised. */
function predict(blocks: TensorDtype, gradientCheckpointing: boolean): TrainingMemory {
  const linear = new Set(linearLayers(spec).map(({ path }) => `${path}.weight`));
  const dtypeOf = (name: string): TensorDtype => (linear.has(name) ? blocks : "BF16");
  const weights = declaredWeights(spec, dtypeOf, 2 ** 31 - 4);
  return predictTrainingMemory({ spec, tuning, weights }, adapter, { ...options, gradientCheckpointing });
}

describe("Qwen1.5-1.8B with LoRA of rank 8 on 512 tokens", () => {
  const kept = predict("NF4", false);
  const again = predict("NF4", true);

  test("fits in 4 GB at NF4, with every block's values kept too", () => {
    expect(kept.total).toBeLessThan(4 * GIGABYTE);
    expect(again.total).toBeLessThan(2.5 * GIGABYTE);
  });

  test("keeps less than a fifth of the activations when blocks are computed again", () => {
    expect(again.slots).toBeLessThan(kept.slots / 5);
    expect(again.weights).toBe(kept.weights);
  });

  test("costs at most a third more compute", () => {
    const flops = ({ flopsByLength }: TrainingMemory): number => flopsByLength.get(512) ?? 0;
    expect(flops(again)).toBeGreaterThan(flops(kept));
    expect(flops(again) / flops(kept)).toBeLessThan(4 / 3);
  });

  test("does not fit at bf16", () => {
    expect(predict("BF16", false).total).toBeGreaterThan(4 * GIGABYTE);
  });

  test("never holds the logits of more than 64 rows", () => {
    expect(again.largestBinding).toBe(64 * 151936 * 4);
  });
});
