import { describe, expect, it } from "vitest";
import { describeModel } from "../../../src/engine/models/registry";
import type { AdapterPlan } from "../../../src/protocol/commands";
import { defaultValues, type FieldValues } from "../../../src/shared/fields";
import { METHOD_IDS, methodSpecs, type MethodId } from "../../../src/shared/methods";
import { contractTerms } from "../../support/contract";
import { expertConfigs } from "../../support/experts";
import { planAdapter } from "../../../src/worker/adapter-plan";

const spec = describeModel({
  model_type: "qwen2",
  vocab_size: 301,
  hidden_size: 32,
  intermediate_size: 44,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 2,
  max_position_embeddings: 64,
});

/** A tokenizer with a token per character. */
const letters = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

function plan(id: MethodId, edits: FieldValues = {}): AdapterPlan {
  const options = { ...defaultValues(methodSpecs[id].fields), ...edits };
  const experts = expertConfigs(spec, contractTerms[id][0]?.experts);
  return planAdapter(spec, letters, { id, options, experts });
}

describe("the plan of every method", () => {
  it.each(METHOD_IDS)("%s reports what it trains, where, and at what cost", (id) => {
    const { problems, trainableParameters, modules, sizeBytes, trainingBytes } = plan(id);
    expect(problems).toEqual({});
    expect(trainableParameters).toBeGreaterThan(0);
    const inModules = modules.reduce((sum, { parameters }) => sum + parameters, 0);
    // Which weights a sparse method selects, and how many per module, is only known during training.
    if (id === "fishmask" || id === "diff-pruning") expect(inModules).toBeGreaterThan(trainableParameters);
    else expect(inModules).toBe(trainableParameters);
    expect(sizeBytes).toBeGreaterThan(0);
    // Values, gradients and two moments, four bytes each.
    expect(trainingBytes).toBeGreaterThanOrEqual(16 * trainableParameters);
  });

  it.each(METHOD_IDS)("%s refuses numbers out of range at their field", (id) => {
    for (const field of methodSpecs[id].fields) {
      if (field.type !== "integer" && field.type !== "number") continue;
      for (const value of [field.min - 1, field.max + 1, Number.NaN]) {
        expect(Object.keys(plan(id, { [field.name]: value }).problems), field.name).toEqual([field.name]);
      }
    }
  });

  const targeting = METHOD_IDS.filter((id) =>
    methodSpecs[id].fields.some((field) => field.name === "target_modules"),
  );
  it.each(targeting)("%s refuses targets that match nothing, or are no regex", (id) => {
    for (const text of ["none", "(", ".*\\.nothing"]) {
      const { problems, targets } = plan(id, { target_modules: text });
      expect(Object.keys(problems), text).toEqual(["target_modules"]);
      expect(targets).toEqual([]);
    }
  });
});

describe("the plan of LoRA", () => {
  it("distinguishes targets from layers of which only the bias trains", () => {
    const { targets, modules } = plan("lora", { target_modules: "1.self_attn.q_proj", bias: "all" });
    expect(targets).toEqual(["model.layers.1.self_attn.q_proj"]);
    expect(modules.map(({ path }) => path)).toContain("model.layers.0.self_attn.q_proj");
  });

  it("counts embeddings and a tied head as targets, and modules_to_save as trained only", () => {
    const options = { target_modules: "embed_tokens, lm_head", modules_to_save: "0.self_attn.q_proj" };
    const { targets, modules } = plan("lora", options);
    expect(targets).toEqual(["model.embed_tokens", "lm_head"]);
    expect(modules.map(({ path }) => path)).toEqual([...targets, "model.layers.0.self_attn.q_proj"]);
  });

  it.each([
    [{ target_modules: "q_proj", modules_to_save: "no_such" }, "modules_to_save"],
    [{ target_modules: "q_proj", modules_to_save: "proj" }, "modules_to_save"],
    [{ target_modules: "q_proj", modules_to_save: ".*" }, "modules_to_save"],
    [{ target_modules: "lm_head", use_dora: true }, "use_dora"],
    [{ target_modules: "embed_tokens", init_lora_weights: "pissa" }, "init_lora_weights"],
  ])("refuses %j at its field", (options, field) => {
    expect(Object.keys(plan("lora", options).problems)).toEqual([field]);
  });

  it("uses the family's default targets if the field is empty", () => {
    const { targets } = plan("lora");
    expect(targets).toEqual(
      [0, 1].flatMap((layer) => ["q", "v"].map((name) => `model.layers.${layer}.self_attn.${name}_proj`)),
    );
  });
});

describe("the plan of prompt tuning", () => {
  it("refuses a text that is longer than its virtual tokens", () => {
    const edits = { prompt_tuning_init: "TEXT", num_virtual_tokens: 4 };
    expect(plan("prompt-tuning", { ...edits, prompt_tuning_init_text: "Arr!" }).problems).toEqual({});
    const { problems } = plan("prompt-tuning", { ...edits, prompt_tuning_init_text: "Ahoy there!" });
    expect(Object.keys(problems)).toEqual(["prompt_tuning_init_text"]);
  });
});
