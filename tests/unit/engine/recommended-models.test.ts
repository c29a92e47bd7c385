import { beforeAll, expect, test } from "vitest";
import { methods } from "../../../src/engine/adapters/registry";
import { Gpu } from "../../../src/engine/gpu/device";
import { parameterCount } from "../../../src/engine/nn/model-spec";
import { describeModel } from "../../../src/engine/models/registry";
import { declaredWeights, predictTrainingMemory } from "../../../src/engine/train/memory";
import { adamDefaults } from "../../../src/engine/train/trainer";
import { ESTIMATE, recommendedModels, trainingBytes } from "../../../src/shared/recommended-models";
import { createNullGpu } from "../../support/gpu";
import { fixedTuning } from "../../support/run-graph";

/** The repositories' config.json files. */
const configs: Record<string, Record<string, unknown>> = {
  "HuggingFaceTB/SmolLM2-135M-Instruct": {
    model_type: "llama",
    vocab_size: 49152,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    max_position_embeddings: 8192,
    tie_word_embeddings: true,
  },
  "openai-community/gpt2": {
    model_type: "gpt2",
    vocab_size: 50257,
    n_embd: 768,
    n_head: 12,
    n_layer: 12,
    n_positions: 1024,
  },
};

let gpu: Gpu;
beforeAll(async () => {
  gpu = await Gpu.open(createNullGpu());
});

test.each(Object.keys(configs))("the forecast for %s is close to the engine's prediction", (repository) => {
  const model = recommendedModels.find((each) => each.repository === repository)!;
  const spec = describeModel(configs[repository]!);
  expect(model.family).toBe(spec.family);
  expect(model.parameters).toBe(parameterCount(spec));
  const stored = model.downloadBytes / model.parameters > 3 ? "F32" : "BF16";
  const weights = declaredWeights(spec, () => stored, gpu.info.maxBindingBytes);
  const { rank, tokens } = ESTIMATE;
  const adapter = methods.lora.bind({ r: rank, target_modules: "all-linear" }, spec);
  const shape = { rows: 1, length: tokens, labels: tokens };
  const options = { shapes: [shape], evaluationShapes: [], weightDecay: 0, maxGradNorm: 1, ...adamDefaults };
  const { total } = predictTrainingMemory({ spec, weights, tuning: fixedTuning(gpu) }, adapter, options);
  expect(trainingBytes(model) / total).toBeGreaterThan(0.85);
  expect(trainingBytes(model) / total).toBeLessThan(1.2);
});

test("recommended models have a name and two or four bytes per parameter", () => {
  for (const { repository, parameters, downloadBytes } of recommendedModels) {
    expect(repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(downloadBytes / parameters, repository).toBeGreaterThan(2);
    expect(downloadBytes / parameters, repository).toBeLessThan(4.5);
  }
});
