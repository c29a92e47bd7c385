import { expect, test } from "vitest";
import { layOutParameters } from "../../../src/engine/adapters/adapter-state";
import type { GraphMode } from "../../../src/engine/nn/hooks";
import { methods } from "../../../src/engine/adapters/registry";
import type { KernelCall } from "../../../src/engine/graph/op";
import { describeModel } from "../../../src/engine/models/registry";
import { declaredWeights } from "../../../src/engine/train/memory";
import { planBatch } from "../../../src/engine/train/plans";
import type { FieldValues } from "../../../src/shared/fields";
import type { MethodId } from "../../../src/shared/methods";

const config = {
  model_type: "llama",
  vocab_size: 64,
  hidden_size: 32,
  intermediate_size: 44,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 3,
  max_position_embeddings: 64,
};

/** The dropout dispatches of a forward pass over two rows. */
function drops(id: MethodId, options: FieldValues, mode: GraphMode): KernelCall[] {
  const spec = describeModel(config);
  const adapter = methods[id].bind(options, spec);
  const weights = declaredWeights(spec, () => "F32", 2 ** 27);
  const model = { spec, weights, tuning: { software: false, has: () => false, choice: () => null } };
  const state = { adapter, length: layOutParameters(adapter).length };
  const { calls } = planBatch(model, state, { rows: 2, length: 8, labels: 64 }, mode);
  const forward = calls.slice(
    0,
    calls.findIndex(({ call }) => call.kernel.shader === "loss/cross_entropy"),
  );
  return forward.map(({ call }) => call).filter(({ kernel }) => kernel.shader === "elementwise/dropout");
}

const numbers = ({ params, kernel }: KernelCall): number =>
  Number(params.count) * (kernel.includes.includes("lib/element_vec4") ? 4 : 1);

test("P-tuning v2 drops independently per row, layer, keys and values, in training only", () => {
  const options = { num_virtual_tokens: 5, prefix_dropout: 0.25 };
  const calls = drops("p-tuning-v2", options, "train");
  expect(new Set(calls.map(({ params }) => params.site)).size).toBe(3 * 2);
  expect(calls).toHaveLength(3 * 2);
  // Rows · virtual tokens · key-value heads · width of a head.
  for (const call of calls) expect(numbers(call)).toBe(2 * 5 * 2 * 8);
  for (const { params } of calls) expect(params.threshold).toBe(2 ** 30);
  expect(drops("p-tuning-v2", options, "infer")).toEqual([]);
  expect(drops("p-tuning-v2", { ...options, prefix_dropout: 0 }, "train")).toEqual([]);
});

test("P-tuning's LSTM drops between its layers, in training only", () => {
  const options = {
    num_virtual_tokens: 5,
    encoder_reparameterization_type: "LSTM",
    encoder_hidden_size: 12,
    encoder_num_layers: 3,
    encoder_dropout: 0.5,
  };
  const calls = drops("p-tuning", options, "train");
  expect(calls.map(numbers)).toEqual([5 * 24, 5 * 24]);
  expect(new Set(calls.map(({ params }) => params.site)).size).toBe(2);
  expect(drops("p-tuning", options, "infer")).toEqual([]);
});
