import { describe, expect, test } from "vitest";
import { adapterFromFolder } from "../../../src/engine/adapters/from-folder";
import { methodOfConfig, methods } from "../../../src/engine/adapters/registry";
import { describeModel } from "../../../src/engine/models/registry";
import type { MethodId } from "../../../src/shared/methods";
import { readJson } from "../../support/golden";

/** PEFT 0.21's output for a LoRA, without a few constant keys. */
const LORA = {
  alora_invocation_tokens: null,
  alpha_pattern: {},
  arrow_config: null,
  auto_mapping: { base_model_class: "LlamaForCausalLM", parent_library: "transformers" },
  base_model_name_or_path: "base",
  bias: "none",
  corda_config: null,
  ensure_weight_tying: false,
  eva_config: null,
  exclude_modules: null,
  fan_in_fan_out: false,
  inference_mode: true,
  init_lora_weights: true,
  kasa_config: null,
  layer_replication: null,
  layers_pattern: null,
  layers_to_transform: null,
  loftq_config: {},
  lora_alpha: 8,
  lora_bias: false,
  lora_dropout: 0,
  lora_ga_config: null,
  megatron_config: null,
  megatron_core: "megatron.core",
  modules_to_save: null,
  monteclora_config: null,
  peft_type: "LORA",
  peft_version: "0.21.2",
  qalora_group_size: 16,
  r: 4,
  rank_pattern: {},
  revision: null,
  target_modules: ["q_proj", "v_proj"],
  target_parameters: null,
  task_type: "CAUSAL_LM",
  trainable_token_indices: null,
  use_bdlora: null,
  use_dora: false,
  use_qalora: false,
  use_rslora: false,
  velora_config: null,
};

function read(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return methods[methodOfConfig(config)].readConfig(config);
}

test("a config that PEFT wrote is read, and a key that it lacks has PEFT's default", () => {
  expect(read(LORA)).toMatchObject({ r: 4, lora_alpha: 8, target_modules: "q_proj, v_proj" });
  const { r: _r, lora_alpha: _alpha, ...short } = LORA;
  expect(read(short)).toMatchObject({ r: 8, lora_alpha: 8 });
});

describe("a setting that changes what the adapter computes is refused:", () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [
      { alora_invocation_tokens: [5, 6, 7] },
      /alora_invocation_tokens is \[5,6,7\], which Luthier cannot load/,
    ],
    [{ arrow_config: { top_k: 3 } }, /arrow_config/],
    [{ ensure_weight_tying: true }, /ensure_weight_tying is true/],
    [{ kasa_config: { beta: 1e-4 } }, /kasa_config/],
    [{ layer_replication: [[0, 2]] }, /layer_replication/],
    [{ megatron_config: { a: 1 } }, /megatron_config/],
    [{ monteclora_config: { a: 1 } }, /monteclora_config/],
    [{ target_parameters: ["experts.w"] }, /target_parameters/],
    [{ trainable_token_indices: [1] }, /trainable_token_indices/],
    [{ use_bdlora: { nblocks: 2 } }, /use_bdlora/],
    [{ use_qalora: true }, /use_qalora/],
    [{ velora_config: { scale: 1 } }, /velora_config/],
    [{ use_something_new: true }, /use_something_new is true, and Luthier does not know that setting/],
    [{ scale_of_something: 0.5 }, /scale_of_something is 0.5, and Luthier does not know/],
    [
      { init_lora_weights: "loftq", loftq_config: { loftq_bits: 4 } },
      /init_lora_weights is loftq.*modified weights/,
    ],
    [{ init_lora_weights: "corda" }, /path_initial_model_for_weight_conversion/],
    [{ init_lora_weights: "lora_ga" }, /path_initial_model_for_weight_conversion/],
    [{ init_lora_weights: "milora" }, /modified weights/],
    [{ init_lora_weights: "pissa_niter_" }, /does not know that initialisation/],
    [{ init_lora_weights: "constructor" }, /does not know that initialisation/],
  ])("%j", (change, message) => {
    expect(() => read({ ...LORA, ...change })).toThrow(message);
  });

  test.each<[Record<string, unknown>, RegExp]>([
    [{ peft_type: "LOHA", modules_to_save: ["lm_head"] }, /modules_to_save/],
    [{ peft_type: "LOKR", use_lora_a: 1 }, /use_lora_a is 1/],
    [{ peft_type: "IA3", fan: true }, /fan is true/],
    [{ peft_type: "PROMPT_TUNING", num_virtual_tokens: 2, other: 1 }, /other is 1/],
    [{ peft_type: "P_TUNING", num_virtual_tokens: 2, other: 1 }, /other is 1/],
    [{ peft_type: "PREFIX_TUNING", num_virtual_tokens: 2, modules_to_save: ["lm_head"] }, /modules_to_save/],
    [{ peft_type: "XLORA", use_trainable_adapters: true }, /use_trainable_adapters/],
    [
      { peft_type: "LOKR", luthier_method: "krona", r: 8, alpha: 8, decompose_factor: 2, rank_dropout: 0.5 },
      /rank_dropout/,
    ],
    [{ peft_type: "ADALORA", r: 8 }, /peft_type is "ADALORA", which Luthier cannot load.*merge_and_unload/],
  ])("%j", (config, message) => {
    expect(() => read(config)).toThrow(message);
  });
});

test.each<[unknown, string]>([
  [false, "true"],
  ["gaussian", "gaussian"],
  ["eva", "true"],
  ["orthogonal", "true"],
  ["mica", "true"],
  ["pissa", "pissa"],
  ["pissa_niter_16", "pissa"],
  ["olora", "olora"],
  ["OLoRA", "olora"],
])("the start %j is read as %s", (saved, start) => {
  expect(read({ ...LORA, init_lora_weights: saved }).init_lora_weights).toBe(start);
});

test.each<[Record<string, number>, string]>([
  [{ v_proj: 16, "layers.0.*q_proj": 4 }, "v_proj=16, layers.0.*q_proj=4"],
  [{ "layers\\.\\d{1,2}\\.q_proj": 2 }, '{"layers\\\\.\\\\d{1,2}\\\\.q_proj":2}'],
  [{ "a(?=b)": 2 }, "a(?=b)=2"],
  [{ " a": 2, "b=3,c": 4.5 }, '{" a":2,"b=3,c":4.5}'],
])("a table of patterns keeps its keys: %j", (table, text) => {
  const values = read({ ...LORA, alpha_pattern: table });
  expect(values.alpha_pattern).toBe(text);
  const spec = describeModel(readJson("llama", "config.json"));
  expect(methods.lora.bind(values as never, spec).config.alpha_pattern).toEqual(table);
});

test("refuses olora on transposed weights, where PEFT decomposes differently", () => {
  const spec = describeModel(readJson("gpt2", "config.json"));
  const bind = (): unknown => methods.lora.bind({ init_lora_weights: "olora" }, spec);
  expect(bind).toThrow(/olora cannot be used for transformer.h.0.attn.c_attn/);
});

test("refuses SVD and QR initialisation of embeddings and above a weight's rank", () => {
  const spec = describeModel(readJson("llama", "config.json"));
  const bind = (options: Record<string, string | number>) => (): unknown => methods.lora.bind(options, spec);
  expect(bind({ init_lora_weights: "olora", target_modules: "embed_tokens" })).toThrow(/embed_tokens/);
  expect(bind({ init_lora_weights: "olora", r: 512 })).toThrow(/olora finds at most \d+ directions/);
});

test("layers_pattern needs layers_to_transform and a valid regex", () => {
  const spec = describeModel(readJson("llama", "config.json"));
  const bind = (options: Record<string, string>) => (): unknown => methods.lora.bind(options, spec);
  expect(bind({ layers_pattern: "layers" })).toThrow(/layers_to_transform/);
  expect(bind({ layers_pattern: "(", layers_to_transform: "0" })).toThrow(/regular expression/);
  expect(bind({ layers_pattern: "h", layers_to_transform: "0" })).toThrow(/No layer/);
});

test.each<[MethodId, string, number]>([
  ["prefix-tuning", "num_layers", 4],
  ["prefix-tuning", "num_attention_heads", 1],
])("%s whose %s is not the model's is refused", (id, key, value) => {
  const spec = describeModel(readJson("llama", "config.json"));
  const adapter = methods[id].bind({ num_virtual_tokens: 2 }, spec);
  const config = { ...adapter.config, [key]: value };
  expect(() => adapterFromFolder({ config, tensors: new Map() }, spec)).toThrow(
    new RegExp(`${key} is ${value}, and ${String(adapter.config[key])} in the model`),
  );
});
