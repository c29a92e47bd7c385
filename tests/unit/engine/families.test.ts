import { describe, expect, test } from "vitest";
import { describeModel, families, unreadConfigKeys } from "../../../src/engine/models/registry";
import { alibiSlopes, relativeBuckets } from "../../../src/engine/nn/tables";
import { batchInputs, canPack, type TrainingBatch } from "../../../src/engine/train/batch-inputs";
import { goldenFamilies, readJson } from "../../support/golden";

type Config = Record<string, unknown>;
const goldenConfig = (family: string): Config => readJson<Config>(family, "config.json");
const windowsOf = (config: Config): (number | undefined)[] =>
  describeModel(config).blocks.map(({ attention }) => attention.window);

test("every family has a golden model", () => {
  const types = new Set(goldenFamilies().map((family) => goldenConfig(family).model_type));
  expect(Object.keys(families).filter((type) => !types.has(type))).toEqual([]);
});

describe("sliding windows", () => {
  const mistral = goldenConfig("mistral");
  test("mistral: null is none, and a missing field is the family's own", () => {
    expect(windowsOf({ ...mistral, sliding_window: null })).toEqual([undefined, undefined]);
    const { sliding_window: _, ...without } = mistral;
    expect(windowsOf(without)).toEqual([4096, 4096]);
  });

  test("qwen: by layer_types, or else from max_window_layers on", () => {
    const { layer_types: _, ...qwen } = goldenConfig("qwen2_window");
    expect(windowsOf(qwen)).toEqual([undefined, 6]);
    expect(windowsOf({ ...qwen, layer_types: ["sliding_attention", "full_attention"] })).toEqual([
      6,
      undefined,
    ]);
    expect(windowsOf({ ...qwen, use_sliding_window: false })).toEqual([undefined, undefined]);
    expect(() => describeModel({ ...qwen, layer_types: ["full_attention"] })).toThrow(/lists 1 layers/);
    expect(() => describeModel({ ...qwen, layer_types: ["linear", "linear"] })).toThrow(/layer_types is/);
  });

  test("gemma3: every sixth layer sees everything, unless config.json says which", () => {
    const { layer_types: _, ...rest } = goldenConfig("gemma3");
    const gemma = { ...rest, num_hidden_layers: 7 };
    expect(windowsOf(gemma)).toEqual([6, 6, 6, 6, 6, undefined, 6]);
    expect(windowsOf({ ...gemma, sliding_window_pattern: 2 })).toEqual([
      6,
      undefined,
      6,
      undefined,
      6,
      undefined,
      6,
    ]);
  });
});

test("gemma3 reads rotary tables as transformers 4 and 5 spell them", () => {
  const { rope_parameters: _, ...gemma } = goldenConfig("gemma3");
  const legacy = {
    rope_theta: 5e5,
    rope_local_base_freq: 300,
    rope_scaling: { rope_type: "linear", factor: 8 },
  };
  const tables = [
    { theta: 5e5, dimension: 12, scaling: { type: "linear", factor: 8 } },
    { theta: 300, dimension: 12, scaling: { type: "default" } },
  ];
  const nested = {
    full_attention: { rope_theta: 5e5, rope_type: "linear", factor: 8 },
    sliding_attention: { rope_theta: 300, rope_type: "default" },
  };
  expect(describeModel({ ...gemma, ...legacy }).positions).toEqual({ type: "rope", tables });
  expect(describeModel({ ...gemma, rope_parameters: nested }).positions).toEqual({ type: "rope", tables });
});

test.each([
  ["gemma3", { final_logit_softcapping: 30 }, /final_logit_softcapping/],
  ["gemma3", { use_bidirectional_attention: true }, /bidirectional attention/],
  ["gemma3", { hidden_activation: "relu" }, /hidden_activation is "relu"/],
  ["opt", { enable_bias: false }, /enable_bias/],
  ["opt", { layer_norm_elementwise_affine: false }, /layer_norm_elementwise_affine/],
  ["opt", { num_attention_heads: 5 }, /not a multiple of 5/],
  ["bloom", { apply_residual_connection_post_layernorm: true }, /apply_residual/],
  ["gpt2", { scale_attn_by_inverse_layer_idx: true }, /scale_attn/],
  ["qwen3", { num_key_value_heads: 3 }, /4 attention heads of width 12 do not fit 3/],
  ["t5", { feed_forward_proj: "gated-relu" }, /feed_forward_proj is "gated-relu"/],
  ["t5", { dense_act_fn: "silu" }, /dense_act_fn is "silu"/],
  ["bloom", { slow_but_exact: true, pretraining_tp: 2 }, /slow_but_exact/],
  ["gpt2", { scale_attn_weights: false }, /scale_attn_weights/],
  ["gpt2", { add_cross_attention: true }, /add_cross_attention/],
  ["llama", { per_layer_config: { 0: { hidden_size: 8 } } }, /per_layer_config/],
  ["llama", { pruned_heads: { 0: [1] } }, /pruned_heads/],
  ["llama", { quantization_config: { quant_method: "gptq", bits: 4 } }, /quantised by gptq/],
  ["llama", { num_hidden_layers: null }, /num_hidden_layers is null/],
  ["llama", { rms_norm_eps: "1e-5" }, /rms_norm_eps is "1e-5"/],
  ["llama", { rope_parameters: { rope_type: "linear", factor: 0 } }, /rope factor is 0/],
  ["llama", { rope_parameters: { rope_type: "yarn" } }, /rope_parameters.factor is missing/],
  ["llama", { rope_parameters: { rope_type: "longrope", long_factor: [1] } }, /short_factor is missing/],
  ["phi3", { rope_parameters: { rope_type: "linear", factor: 2 } }, /rope_type is "linear"/],
  ["phi3", { partial_rotary_factor: 0.1, rope_parameters: {} }, /0.1/],
  [
    "phi3",
    { rope_parameters: { rope_type: "longrope", short_factor: [1, 1], long_factor: [1, 1] } },
    /short_factor is \[1,1\], but should be a list of 3 numbers/,
  ],
  ["smollm3", { no_rope_layers: [1] }, /no_rope_layers lists 1 layers/],
  ["smollm3", { no_rope_layers: [1, 2] }, /should be a list of 0 and 1/],
  [
    "t5",
    { relative_attention_num_buckets: 6 },
    /6 relative attention buckets do not fit a maximum distance of 12/,
  ],
  [
    "mt5",
    { relative_attention_max_distance: 8 },
    /16 relative attention buckets do not fit a maximum distance of 8/,
  ],
])("%s refuses what it does not have: %o", (family, change, message) => {
  expect(() => describeModel({ ...goldenConfig(family), ...change })).toThrow(message);
});

test("with LongRoPE a text is no longer than the first frequencies count for", () => {
  const phi = goldenConfig("phi3");
  expect(describeModel(phi).maxPositions).toBe(512);
  expect(describeModel({ ...phi, original_max_position_embeddings: 4096 }).maxPositions).toBe(2048);
  expect(describeModel({ ...phi, rope_parameters: { rope_theta: 50 } }).maxPositions).toBe(2048);
});

test.each(goldenFamilies())("%s: LoRA goes where PEFT puts it by default", (family) => {
  const { target_modules: targets } = readJson<{ target_modules: string[] }>(
    family,
    "lora",
    "adapter_config.json",
  );
  expect([...describeModel(goldenConfig(family)).loraTargets].sort()).toEqual(targets);
});

test.each([
  ["qwen3_moe", /"qwen3_moe", which Luthier cannot train yet: its layers choose among experts/],
  ["mixtral", /experts/],
  ["gpt_oss", /experts/],
  ["qwen3_next", /carry a state/],
  ["mamba2", /carry a state/],
  ["jamba", /carry a state/],
  ["granitemoehybrid", /carry a state/],
  ["qwen2_5_vl", /reads pictures/],
  ["mllama", /reads pictures/],
  ["phi", /"phi", which Luthier cannot train yet\./],
])("%s is refused with the reason", (type, message) => {
  expect(() => describeModel({ model_type: type })).toThrow(message);
});

test("a missing key has the default of transformers' class", () => {
  const { ffn_dim: _, ...opt } = goldenConfig("opt");
  const mlp = describeModel(opt).blocks[0]?.mlp;
  expect(mlp?.down.inFeatures).toBe(3072);
  const { vocab_size: __, ...llama } = goldenConfig("llama");
  expect(describeModel(llama).vocabularySize).toBe(32000);
});

test("unread keys are reported, unless they are off", () => {
  const extra = { residual_multiplier: 0.22, mup: false, experts: [], note: "", norm_scale: 0 };
  expect(unreadConfigKeys({ ...goldenConfig("llama"), ...extra })).toEqual(["residual_multiplier"]);
  for (const family of goldenFamilies()) expect(unreadConfigKeys(goldenConfig(family)), family).toEqual([]);
});

test("the padding row is that of PyTorch's padding_idx", () => {
  const rowOf = (family: string, change: Config = {}) =>
    describeModel({ ...goldenConfig(family), ...change }).paddingId;
  expect(rowOf("llama")).toBe(0);
  expect(rowOf("llama", { pad_token_id: null })).toBeUndefined();
  expect(rowOf("llama", { pad_token_id: -1 })).toBe(96);
  const { pad_token_id: _, ...opt } = goldenConfig("opt");
  expect(describeModel(opt).paddingId).toBe(1);
  expect(rowOf("gpt2", { pad_token_id: 3 })).toBeUndefined();
});

test("bloom reads both spellings of its sizes", () => {
  const { hidden_size, n_head, n_layer, ...bloom } = goldenConfig("bloom");
  const other = { ...bloom, n_embed: hidden_size, num_attention_heads: n_head, num_hidden_layers: n_layer };
  expect(describeModel(other)).toEqual(describeModel(goldenConfig("bloom")));
});

test("ALiBi's slopes halve from head to head, and further heads stand between", () => {
  expect([...alibiSlopes(8)]).toEqual([2, 4, 8, 16, 32, 64, 128, 256].map((divisor) => 1 / divisor));
  expect([...alibiSlopes(3)]).toEqual([2 ** -4, 2 ** -8, 2 ** -2]);
});

describe("packed texts", () => {
  const none = { promptLength: 0, prefixLength: 0 };
  const prefix = { promptLength: 0, prefixLength: 5 };
  const spec = (family: string) => describeModel(goldenConfig(family));

  test("are supported by all models, but not with virtual prompt tokens", () => {
    expect(canPack(spec("bloom"), none, 100)).toBe(true);
    expect(canPack(spec("llama"), { promptLength: 5, prefixLength: 0 }, 8)).toBe(false);
  });

  test("are supported with a prefix only if distances do not matter", () => {
    expect(canPack(spec("llama"), prefix, 100)).toBe(true);
    expect(canPack(spec("bloom"), prefix, 100)).toBe(false);
    expect(canPack(spec("mistral"), prefix, 2)).toBe(true);
    expect(canPack(spec("mistral"), prefix, 3)).toBe(false);
  });
});

test("a window excludes a prefix and stays within a text", () => {
  const batch = (segments: TrainingBatch["segments"]): TrainingBatch => ({
    rows: 1,
    length: 12,
    ids: new Uint32Array(12),
    supervised: new Uint8Array(12),
    segments,
  });
  const shape = { rows: 1, length: 12, labels: 64 };
  const spec = describeModel(goldenConfig("mistral"));
  const one = batchInputs(
    batch([[{ start: 0, length: 12 }]]),
    shape,
    { promptLength: 0, prefixLength: 5 },
    spec,
  );
  expect([...(one.key_start_7 as Uint32Array)]).toEqual([0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const segments = [
    [
      { start: 0, length: 3 },
      { start: 3, length: 9 },
    ],
  ];
  const two = batchInputs(batch(segments), shape, { promptLength: 0, prefixLength: 0 }, spec);
  expect([...(two.key_start_7 as Uint32Array)]).toEqual([0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 4, 5]);
});

test("t5 distinguishes the original from later versions, as spelled by transformers 4 and 5", () => {
  const { tie_word_embeddings: _, scale_decoder_outputs: __, ...t5 } = goldenConfig("t5");
  const formOf = (change: Config) => {
    const { head, headInputScale } = describeModel({ ...t5, ...change });
    return [head.tied, headInputScale];
  };
  const first = [true, 1 / Math.sqrt(32)];
  const later = [false, undefined];
  expect(formOf({})).toEqual(first);
  expect(formOf({ tie_word_embeddings: true })).toEqual(first);
  expect(formOf({ tie_word_embeddings: false })).toEqual(later);
  expect(formOf({ tie_word_embeddings: true, scale_decoder_outputs: false })).toEqual(later);
  // A merged model whose head differs from the embedding.
  expect(formOf({ tie_word_embeddings: false, scale_decoder_outputs: true })).toEqual([false, first[1]]);
});

test("t5 has as many blocks in the decoder as in the encoder, unless config.json says otherwise", () => {
  const { num_decoder_layers: _, ...t5 } = goldenConfig("t5");
  const counts = (change: Config): (number | undefined)[] => {
    const { encoder, blocks } = describeModel({ ...t5, ...change });
    return [encoder?.blocks.length, blocks.length];
  };
  expect(counts({})).toEqual([3, 3]);
  expect(counts({ num_decoder_layers: 5 })).toEqual([3, 5]);
});

// From transformers' T5Attention._relative_position_bucket.
test("distances fall into buckets as in transformers", () => {
  const at = (table: Uint32Array, distances: readonly number[], reach: number): (number | undefined)[] =>
    distances.map((distance) => table[distance + reach]);
  const usual = { buckets: 32, maxDistance: 128 };
  const distances = [-128, -91, -64, -32, -16, -11, -8, -7, -1, 0, 1, 8, 16, 23, 64, 128];
  expect(at(relativeBuckets(usual, true), distances, 128)).toEqual([
    15, 15, 14, 12, 10, 8, 8, 7, 1, 0, 17, 24, 26, 27, 30, 31,
  ]);
  expect(at(relativeBuckets(usual, false), distances, 128)).toEqual([
    31, 29, 26, 21, 16, 11, 8, 7, 1, 0, 0, 0, 0, 0, 0, 0,
  ]);
});
