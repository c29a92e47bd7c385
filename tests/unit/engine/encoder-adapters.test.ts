import { describe, expect, test } from "vitest";
import { methods } from "../../../src/engine/adapters/registry";
import { checkTaskType } from "../../../src/engine/adapters/common/task-type";
import { describeModel } from "../../../src/engine/models/registry";
import { defaultValues } from "../../../src/shared/fields";
import { type MethodId, methodSpecs } from "../../../src/shared/methods";
import { readJson } from "../../support/golden";

const model = describeModel(readJson("mt5", "config.json"));
const decoder = describeModel(readJson("llama", "config.json"));

function bind(id: MethodId, changes: Readonly<Record<string, string | number | boolean>> = {}) {
  return methods[id].bind({ ...defaultValues(methodSpecs[id].fields), ...changes }, model);
}

test.each([
  "lora",
  "loha",
  "lokr",
  "ia3",
  "prompt-tuning",
  "p-tuning",
  "prefix-tuning",
  "p-tuning-v2",
] as const)("%s writes the task type of an encoder-decoder", (id) => {
  expect(bind(id).config.task_type).toBe("SEQ_2_SEQ_LM");
});

describe("virtual tokens", () => {
  test("precede the prompt, and are saved with PEFT's rows for the decoder", () => {
    const { config, parameters, promptLength } = bind("prompt-tuning", { num_virtual_tokens: 5 });
    expect([promptLength, parameters[0]?.shape]).toEqual([5, [10, 32]]);
    expect(config).toMatchObject({ num_virtual_tokens: 5, num_transformer_submodules: 2, token_dim: 32 });
  });

  test("of a prefix are as wide as all heads, which may differ from the hidden size", () => {
    const { config, parameters } = bind("prefix-tuning", { num_virtual_tokens: 4, prefix_projection: false });
    expect(parameters[0]?.shape).toEqual([4, 2 * 2 * 36]);
    expect(config).toMatchObject({ token_dim: 36, num_attention_heads: 3, num_transformer_submodules: 2 });
  });

  test("are refused from a file for the decoder only", () => {
    const saved = { peft_type: "PROMPT_TUNING", task_type: "SEQ_2_SEQ_LM", num_virtual_tokens: 4 };
    const read = (count: number) =>
      methods["prompt-tuning"].readConfig({ ...saved, num_transformer_submodules: count });
    expect(read(2)).toMatchObject({ num_virtual_tokens: 4 });
    expect(() => read(1)).toThrow(/num_transformer_submodules is 1/);
  });
});

test("bottlenecks are in the sub-layers of both stacks, except cross-attention", () => {
  const places = (id: MethodId): string[] =>
    bind(id).parameters.flatMap(
      ({ name }) => /(.*)\.adapters\.luthier\.adapter_up\.bias/.exec(name)?.[1] ?? [],
    );
  const blocks = [0, 1].map((index) => [
    ...[0, 1].map((layer) => `encoder.block.${index}.layer.${layer}`),
    ...[0, 2].map((layer) => `decoder.block.${index}.layer.${layer}`),
  ]);
  expect(places("houlsby").sort()).toEqual(blocks.flat().sort());
  expect(places("pfeiffer").length).toBe(4);
});

test("the invertible adapter is at the encoder", () => {
  const names = bind("mad-x-language").parameters.map(({ name }) => name);
  expect(names).toContain("encoder.invertible_adapters.luthier.F.0.weight");
});

test("X-LoRA is refused, as in PEFT", () => {
  expect(() => bind("xlora")).toThrow(/reads the hidden states of a decoder/);
});

test("BitFit is refused without biases", () => {
  expect(() => bind("bitfit")).toThrow(/mt5 family has none/);
});

test("LoRA skips the shared embedding", () => {
  expect(() => bind("lora", { target_modules: "shared" })).toThrow(/No layer of this model matches shared/);
  expect(() => bind("lora", { modules_to_save: "shared" })).toThrow(
    /No module of this model ends with shared/,
  );
});

test("an adapter for a decoder-only model is refused by its task type", () => {
  const of = (task: string | null) => ({ peft_type: "LORA", task_type: task });
  expect(() => checkTaskType(of("CAUSAL_LM"), model)).toThrow(/task_type is CAUSAL_LM.*takes SEQ_2_SEQ_LM/);
  expect(() => checkTaskType(of("SEQ_2_SEQ_LM"), decoder)).toThrow(/takes CAUSAL_LM/);
  for (const task of ["SEQ_2_SEQ_LM", "FEATURE_EXTRACTION", null]) checkTaskType(of(task), model);
});
