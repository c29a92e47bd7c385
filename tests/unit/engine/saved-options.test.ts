import { describe, expect, test } from "vitest";
import { methods } from "../../../src/engine/adapters/registry";
import type { MethodId } from "../../../src/shared/methods";

const LORA = { r: 8, lora_alpha: 16 };
const KRONECKER = { r: 8, alpha: 16 };
const BOTTLENECK = { reduction_factor: 16, non_linearity: "swish" };
const PFEIFFER = {
  mh_adapter: false,
  output_adapter: true,
  original_ln_before: true,
  ...BOTTLENECK,
};

describe("an adapter's config", () => {
  test.each<[MethodId, Record<string, unknown>, string]>([
    ["lora", { ...LORA, r: "8" }, "has the text “8” at r, where a number belongs"],
    ["lora", { ...LORA, use_dora: 1 }, "has 1 at use_dora, where true or false belongs"],
    ["lora", { ...LORA, target_modules: { q_proj: 1 } }, "at target_modules, where text or a list belongs"],
    ["lora", { ...LORA, target_modules: ["q_proj", 3] }, "at target_modules[1], where text belongs"],
    ["lora", { ...LORA, rank_pattern: { q_proj: "4" } }, "at rank_pattern.q_proj, where a number belongs"],
    ["lokr", { ...KRONECKER, decompose_factor: "8" }, "at decompose_factor, where a number belongs"],
    ["krona", KRONECKER, "has no decompose_factor"],
    ["ia3", { feedforward_modules: 3 }, "at feedforward_modules, where text or a list belongs"],
    ["prompt-tuning", {}, "has no num_virtual_tokens"],
    ["prefix-tuning", { num_virtual_tokens: null }, "has null at num_virtual_tokens, where a number belongs"],
    [
      "p-tuning",
      { num_virtual_tokens: 8, encoder_dropout: "0" },
      "at encoder_dropout, where a number belongs",
    ],
    ["pfeiffer", { config: "pfeiffer" }, "at config, where an object belongs"],
    [
      "pfeiffer",
      { config: { ...PFEIFFER, reduction_factor: { default: 16 } } },
      "at config.reduction_factor, where a number belongs",
    ],
    [
      "fusion",
      { config: { regularization: "yes" } },
      "at config.regularization, where true or false belongs",
    ],
    ["xlora", { xlora_depth: "1" }, "at xlora_depth, where a number belongs"],
    ["fishmask", {}, "has no options"],
    ["fishmask", { options: { keep_ratio: [0.1] } }, "has a list at options.keep_ratio"],
  ])("of %s as %j is refused", (id, config, message) => {
    expect(() => methods[id].readConfig(config)).toThrow(message);
  });

  test.each<[MethodId, Record<string, unknown>, string]>([
    ["xlora", { adapters: ["0", "1"] }, "at adapters, where an object belongs"],
    ["fusion", {}, "adapter_fusion_config.json has no adapter_names"],
  ])("of %s as %j is refused before its experts are sought", (id, config, message) => {
    expect(() => methods[id].expertFolders?.(config)).toThrow(message);
  });

  test.each<[MethodId, Record<string, unknown>, Record<string, unknown>]>([
    [
      "lora",
      {
        ...LORA,
        target_modules: ["q_proj", "v_proj"],
        layers_to_transform: 1,
        modules_to_save: null,
        peft_type: "LORA",
      },
      {
        r: 8,
        lora_alpha: 16,
        lora_dropout: 0,
        target_modules: "q_proj, v_proj",
        exclude_modules: "",
        bias: "none",
        lora_bias: false,
        use_rslora: false,
        use_dora: false,
        init_lora_weights: "true",
        rank_pattern: "",
        alpha_pattern: "",
        layers_to_transform: "1",
        layers_pattern: "",
        modules_to_save: "",
      },
    ],
    [
      "xlora",
      { top_k_lora: null, xlora_size: 64 },
      {
        enable_softmax: true,
        enable_softmax_topk: false,
        softmax_temperature: 1,
        layerwise_scalings: false,
        top_k_lora: 0,
        xlora_depth: 1,
        xlora_size: 64,
        xlora_dropout_p: 0.2,
        scaling_pass_value: 0,
        global_scaling_weight: 1,
      },
    ],
    ["fishmask", { options: { keep_ratio: 0.1, gone: "since" } }, { keep_ratio: 0.1 }],
  ])(
    "of %s with what its library may leave out is read with that library's defaults",
    (id, config, options) => {
      expect(methods[id].readConfig(config)).toEqual(options);
    },
  );
});
