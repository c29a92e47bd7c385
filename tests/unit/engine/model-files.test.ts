import { describe, expect, test } from "vitest";
import { checkUnusedTensors, resolveFiles } from "../../../src/engine/models/files";
import { describeModel } from "../../../src/engine/models/registry";
import { declareWeights, type ModelSpec } from "../../../src/engine/nn/model-spec";
import type { StoredTensor } from "../../../src/engine/weights/tensor-source";
import { readJson } from "../../support/golden";

/** A tensor of that shape with constant values. */
function tensor(
  name: string,
  shape: readonly number[],
  value: number,
  dtype: "F32" | "I64" | "BOOL" = "F32",
): StoredTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = new Uint8Array(new Float32Array(count).fill(value).buffer);
  return { name, dtype, shape, read: (start, end) => Promise.resolve(bytes.slice(start, end)) };
}

const specOf = (family: string, change: Record<string, unknown> = {}): ModelSpec =>
  describeModel({ ...readJson<object>(family, "config.json"), ...change });

/** All tensors that the model declares, plus others. */
function filesOf(spec: ModelSpec, ...others: readonly StoredTensor[]): Map<string, StoredTensor> {
  const own = declareWeights(spec).map(({ name, shape }) => tensor(name, shape, 1));
  return new Map([...own, ...others].map((each) => [each.name, each]));
}

async function check(spec: ModelSpec, files: ReadonlyMap<string, StoredTensor>): Promise<ModelSpec> {
  const resolved = await resolveFiles(spec, files);
  const declared = declareWeights(resolved.spec);
  declared.forEach(({ name }) => resolved.find(name));
  checkUnusedTensors(resolved.spec, declared, files);
  return resolved.spec;
}

describe("an output head", () => {
  const tied = specOf("llama_tied");
  const shape = [tied.vocabularySize, tied.hiddenSize];

  test("that holds the embedding again is the embedding", async () => {
    const spec = await check(tied, filesOf(tied, tensor("lm_head.weight", shape, 1)));
    expect(spec.head.tied).toBe(true);
  });

  test("that holds other numbers is one of its own, whatever config.json says", async () => {
    const spec = await check(tied, filesOf(tied, tensor("lm_head.weight", shape, 2)));
    expect(spec.head.tied).toBe(false);
  });

  test("that is missing without being tied is refused", async () => {
    const own = specOf("llama");
    const files = filesOf(own);
    files.delete("lm_head.weight");
    await expect(check(own, files)).rejects.toThrow(/no tensor lm_head.weight/);
  });

  test("that an encoder-decoder's files leave out is the embedding", async () => {
    const mt5 = specOf("mt5");
    const files = filesOf(mt5);
    files.delete("lm_head.weight");
    expect((await check(mt5, files)).head.tied).toBe(true);
  });
});

test("an embedding under its other names must be the same", async () => {
  const t5 = specOf("t5");
  const copy = (value: number) =>
    tensor("decoder.embed_tokens.weight", [t5.vocabularySize, t5.hiddenSize], value);
  await check(t5, filesOf(t5, copy(1)));
  await expect(check(t5, filesOf(t5, copy(3)))).rejects.toThrow(/two token embeddings.*decoder.embed_tokens/);
});

describe("tensors that no module reads", () => {
  test.each([
    ["llama", tensor("model.layers.0.self_attn.rotary_emb.inv_freq", [4], 1)],
    ["llama", tensor("model.embeddings.position_ids", [1, 64], 1, "I64")],
    ["llama", tensor("some.counter", [1], 1, "I64")],
    ["gpt2", tensor("transformer.h.0.attn.bias", [1, 1, 8, 8], 1)],
    ["gpt2", tensor("transformer.h.0.attn.masked_bias", [1], -1e4)],
    ["gpt2", tensor("h.1.attn.bias", [1, 1, 8, 8], 1, "BOOL")],
    ["t5", tensor("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight", [8, 4], 1)],
    ["llama", tensor("score.weight", [2, 32], 1)],
  ])("are ignored where they are known to change nothing: %s, $name", async (family, extra) => {
    const spec = specOf(family);
    await check(spec, filesOf(spec, extra));
  });

  test.each([
    ["llama", "model.layers.0.self_attn.q_proj.bias"],
    ["llama", "model.layers.0.self_attn.q_norm.weight"],
    ["llama", "model.layers.2.mlp.up_proj.weight"],
    ["gpt2", "transformer.h.0.crossattention.c_attn.weight"],
  ])("are refused where they may: %s, %s", async (family, name) => {
    const spec = specOf(family);
    await expect(check(spec, filesOf(spec, tensor(name, [4], 1)))).rejects.toThrow(
      `The files hold a tensor that the model described by config.json does not have: ${name}.`,
    );
  });
});
