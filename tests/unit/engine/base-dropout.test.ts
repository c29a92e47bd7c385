import { expect, test } from "vitest";
import { describeModel } from "../../../src/engine/models/registry";

const dropoutOf = (family: string, config: object) =>
  describeModel({ model_type: family, ...config }).dropout;

const none = { embedding: 0, residual: 0, inner: 0, final: 0, attention: 0 };

test.each([
  ["gpt2", { embedding: 0.1, residual: 0.1, attention: 0.1 }],
  ["opt", { residual: 0.1 }],
  ["bloom", {}],
  ["t5", { embedding: 0.1, residual: 0.1, inner: 0.1, final: 0.1, attention: 0.1 }],
  ["llama", {}],
])("%s has its transformers class's default dropout", (family, shares) => {
  expect(dropoutOf(family, {})).toEqual({ ...none, ...shares });
});

test("keys of config.json override the defaults", () => {
  expect(dropoutOf("gpt2", { embd_pdrop: 0, resid_pdrop: 0.2, attn_pdrop: null })).toEqual({
    ...none,
    residual: 0.2,
    attention: 0.1,
  });
  expect(dropoutOf("qwen3", { attention_dropout: 0.3 })).toEqual({ ...none, attention: 0.3 });
  expect(() => dropoutOf("opt", { dropout: 2 })).toThrow(/dropout/);
});
