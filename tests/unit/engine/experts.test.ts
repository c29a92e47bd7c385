import { describe, expect, test } from "vitest";
import { adapterFromFolder } from "../../../src/engine/adapters/from-folder";
import { methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import type { PeftFolder } from "../../../src/formats/peft-folder";
import { LuthierError } from "../../../src/lib/errors";
import type { FieldValues } from "../../../src/shared/fields";
import type { Expert, MethodId } from "../../../src/shared/methods";
import { readJson } from "../../support/golden";

const model = describeModel(readJson<Record<string, unknown>>("llama_tied", "config.json"));

/** An adapter of that method, as passed to methods that build on it. */
function expert(id: MethodId, options: FieldValues = {}, of = model): Expert {
  return { name: `my ${id}`, config: methods[id].bind(options, of).config };
}

/** The field at which binding is refused, and why. */
function refusal(id: MethodId, options: FieldValues, experts: readonly Expert[], on = model): string {
  try {
    methods[id].bind(options, on, experts);
  } catch (error) {
    if (error instanceof LuthierError) return `${error.field}: ${error.what}`;
    throw error;
  }
  return "taken";
}

describe("MAD-X's task adapter", () => {
  test("builds on one language adapter", () => {
    expect(refusal("mad-x-task", {}, [])).toMatch(/^language_adapter: .* takes 1 trained adapters, not 0/);
    expect(refusal("mad-x-task", {}, [expert("pfeiffer")])).toMatch(
      /^language_adapter: “my pfeiffer” is not a MAD-X language adapter/,
    );
    expect(refusal("mad-x-task", {}, [expert("lora")])).toMatch(/^language_adapter: “my lora” is no/);
    expect(refusal("mad-x-task", {}, [expert("mad-x-language")])).toBe("taken");
  });
});

describe("X-LoRA", () => {
  const two = [expert("lora", { r: 2 }), expert("lora", { r: 4, use_rslora: true })];

  test("accepts two or more LoRAs of any rank", () => {
    expect(refusal("xlora", {}, two)).toBe("taken");
    expect(refusal("xlora", {}, two.slice(1))).toMatch(/^adapters: .* takes 2 to 16 trained adapters, not 1/);
  });

  test.each([
    ["of another method", expert("houlsby"), "not a LoRA"],
    ["with DoRA", expert("lora", { use_dora: true }), "uses DoRA"],
    [
      "on an embedding",
      expert("lora", { target_modules: "q_proj, embed_tokens" }),
      "also trains .*lora_embedding_A",
    ],
    ["on the head", expert("lora", { target_modules: "q_proj, lm_head" }), "also trains .*lm_head"],
    ["with a whole module", expert("lora", { modules_to_save: "0.mlp" }), "also trains .*mlp"],
  ])("refuses an adapter %s", (_, other, reason) => {
    expect(refusal("xlora", {}, [...two, other])).toMatch(new RegExp(`^adapters: “my .*” (is )?${reason}`));
  });

  test("refuses trained biases, and accepts PiSSA, which is saved as a LoRA", () => {
    const gpt2 = describeModel(readJson<Record<string, unknown>>("gpt2", "config.json"));
    const biases = expert("lora", { bias: "all" }, gpt2);
    expect(refusal("xlora", {}, [biases, biases], gpt2)).toMatch(/^adapters: .*also trains .*bias/);
    const pissa = expert("lora", { init_lora_weights: "pissa", r: 2 });
    expect(refusal("xlora", {}, [pissa, pissa])).toBe("taken");
  });

  test("refuses contradictory options at their field", () => {
    expect(refusal("xlora", { top_k_lora: 3 }, two)).toMatch(/^top_k_lora: .* 2 adapters/);
    expect(refusal("xlora", { enable_softmax_topk: true }, two)).toMatch(
      /^enable_softmax_topk: .*top_k_lora/,
    );
    expect(refusal("xlora", { top_k_lora: 1, scaling_pass_value: 1 }, two)).toMatch(/^scaling_pass_value: /);
  });
});

describe("AdapterFusion", () => {
  test("takes two or more bottlenecks of one kind", () => {
    const houlsby = expert("houlsby");
    expect(refusal("fusion", {}, [houlsby])).toMatch(/^adapters: .* takes 2 to 16 trained adapters, not 1/);
    expect(refusal("fusion", {}, [houlsby, expert("pfeiffer")])).toMatch(/^adapters: .* different positions/);
    for (const id of ["lora", "mad-x-language"] as const) {
      expect(refusal("fusion", {}, [houlsby, expert(id)])).toMatch(/^adapters: .* not a Houlsby or Pfeiffer/);
    }
    const wide = { ...houlsby, config: { ...houlsby.config, hidden_size: 64 } };
    expect(refusal("fusion", {}, [houlsby, wide])).toMatch(/^adapters: .* for a model of width 64, not 32/);
    expect(refusal("fusion", {}, [houlsby, expert("houlsby", { reduction_factor: 2 })])).toBe("taken");
  });
});

test("an invertible adapter needs some width within", () => {
  const options = { inv_adapter_reduction_factor: model.hiddenSize };
  expect(refusal("mad-x-language", options, [])).toMatch(/^inv_adapter_reduction_factor: .* no width/);
});

describe("a folder with folders inside", () => {
  const nothing: PeftFolder["tensors"] = new Map();
  const folder = (config: Expert["config"], experts: PeftFolder["experts"]): PeftFolder => ({
    config,
    tensors: nothing,
    ...(experts && { experts }),
  });

  test("is refused where the method builds on none", () => {
    const two = folder(expert("pfeiffer").config, [{ name: "other", config: {}, tensors: nothing }]);
    expect(() => adapterFromFolder(two, model)).toThrow(/more than one adapter.*other/);
  });

  test("names the folder that is missing", () => {
    const task = methods["mad-x-task"].bind({}, model, [expert("mad-x-language")]);
    expect(() => adapterFromFolder(folder(task.config, []), model)).toThrow(
      /whose folder language is missing/,
    );
  });
});
