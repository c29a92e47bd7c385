import { describe, expect, test } from "vitest";
import { bytesSource } from "../../../src/formats/byte-source";
import { openModelFolder } from "../../../src/formats/model-folder";
import { LuthierError } from "../../../src/lib/errors";
import { describeModel } from "../../../src/engine/models/registry";
import { readAllValues, safetensorsTensor } from "../../../src/engine/weights/tensor-source";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer";
import { type Entry, f32Data, type TensorToStore, writeGguf } from "../../support/gguf-writer";

const u32 = (value: number): Entry => ({ type: "u32", value });
const text = (value: string): Entry => ({ type: "text", value });
const bool = (value: boolean): Entry => ({ type: "bool", value });
const texts = (...value: string[]): Entry => ({ type: "texts", value });
const ints = (...value: number[]): Entry => ({ type: "ints", value });
const floats = (...value: number[]): Entry => ({ type: "floats", value });
const flag = (value: boolean): Entry => ({ type: "bool", value });

/** A tensor of the numbers 0, 1, 2 … */
function counting(name: string, ...sizes: number[]): TensorToStore {
  const count = sizes.reduce((product, size) => product * size, 1);
  return { name, type: 0, sizes, data: f32Data(Float32Array.from({ length: count }, (_, i) => i)) };
}

type Metadata = Record<string, Entry>;

const bpe: Metadata = {
  "tokenizer.ggml.model": text("gpt2"),
  "tokenizer.ggml.pre": text("gpt-2"),
  "tokenizer.ggml.tokens": texts("<s>", "a", "b", "ab", "Ġ"),
  "tokenizer.ggml.token_type": ints(3, 1, 1, 1, 1),
  "tokenizer.ggml.merges": texts("a b"),
  "tokenizer.ggml.eos_token_id": u32(0),
  "tokenizer.chat_template": text("{{ messages[0].content }}!"),
};

const llama: Metadata = {
  "general.architecture": text("llama"),
  "llama.embedding_length": u32(8),
  "llama.block_count": u32(1),
  "llama.feed_forward_length": u32(12),
  "llama.context_length": u32(64),
  "llama.attention.head_count": u32(2),
  "llama.attention.head_count_kv": u32(1),
  "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-5 },
  ...bpe,
};

const tensors = [counting("token_embd.weight", 8, 5), counting("blk.0.attn_q.weight", 8, 8)];

const file = (metadata: Metadata, stored: readonly TensorToStore[] = tensors, version = 3): Uint8Array =>
  writeGguf({ metadata: Object.entries(metadata), tensors: stored, version });

const open = (bytes: Uint8Array, name = "tiny.gguf") => openModelFolder([bytesSource(name, bytes)]);

async function refusal(opening: Promise<unknown>): Promise<string> {
  const error: unknown = await opening.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LuthierError);
  expect(["format", "model"]).toContain((error as LuthierError).code);
  return (error as LuthierError).what;
}

describe("a GGUF file is read in Hugging Face's terms", () => {
  test.each([2, 3])("version %i: config.json from the metadata", async (version) => {
    const { config, name } = await open(file(llama, tensors, version));
    expect(name).toBe("tiny");
    expect(config).toMatchObject({
      model_type: "llama",
      hidden_size: 8,
      num_key_value_heads: 1,
      rms_norm_eps: 1e-5,
      vocab_size: 5,
      tie_word_embeddings: true,
    });
    expect(describeModel(config).headDim).toBe(4);
  });

  test("restores the order of query rows in llama's heads", async () => {
    const { tensors: read } = await open(file(llama));
    const values = await readAllValues(
      safetensorsTensor(read.get("model.layers.0.self_attn.q_proj.weight")!),
    );
    const firsts = Array.from({ length: 8 }, (_, row) => values[row * 8]! / 8);
    expect(firsts).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
    const embedding = read.get("model.embed_tokens.weight")!;
    expect(embedding.shape).toEqual([5, 8]);
    expect((await readAllValues(safetensorsTensor(embedding)))[9]).toBe(9);
    // A row of the second head, read on its own.
    const row = await read.get("model.layers.0.self_attn.q_proj.weight")!.read(5 * 32, 6 * 32);
    expect(new Float32Array(row.slice().buffer)[0]).toBe(48);
  });

  test("transposes gpt2's layers", async () => {
    const gpt2 = { ...bpe, "general.architecture": text("gpt2"), "gpt2.attention.head_count": u32(1) };
    const { tensors: read } = await open(file(gpt2, [counting("blk.0.ffn_up.weight", 2, 3)]));
    const tensor = read.get("transformer.h.0.mlp.c_fc.weight")!;
    expect(tensor.shape).toEqual([2, 3]);
    expect([...(await readAllValues(safetensorsTensor(tensor)))]).toEqual([0, 2, 4, 1, 3, 5]);
  });

  test("subtracts the 1 that the file adds to gemma's norms", async () => {
    const gemma = { ...bpe, "general.architecture": text("gemma3") };
    const { tensors: read } = await open(file(gemma, [counting("blk.0.post_ffw_norm.weight", 3)]));
    const tensor = safetensorsTensor(read.get("model.layers.0.post_feedforward_layernorm.weight")!);
    expect([...(await readAllValues(tensor))]).toEqual([-1, 0, 1]);
  });

  test("recovers Llama 3's scaling from its frequencies", async () => {
    const divisors = Float32Array.from({ length: 64 }, (_, i) => {
      const wavelength = 2 * Math.PI * 500000 ** (i / 64);
      if (wavelength < 8192 / 4) return 1;
      if (wavelength > 8192) return 32;
      const smooth = (8192 / wavelength - 1) / 3;
      return 1 / ((1 - smooth) / 32 + smooth);
    });
    const base = { ...llama, "llama.rope.freq_base": { type: "f32", value: 500000 } as const };
    const factors = { name: "rope_freqs.weight", type: 0, sizes: [64], data: f32Data(divisors) };
    const { config } = await open(file(base, [...tensors, factors]));
    expect(config.rope_scaling).toEqual({
      rope_type: "llama3",
      factor: 32,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    });
    divisors[40]! *= 1.1;
    expect(await refusal(open(file(base, [...tensors, factors])))).toContain("rotary");
  });
});

describe("the tokenizer inside", () => {
  test("byte-level BPE, with its chat template", async () => {
    const tokenizer = loadTokenizer(await open(file(llama)));
    expect(tokenizer.encode("ab a<s>", { addSpecialTokens: true })).toEqual([3, 4, 1, 0]);
    expect(tokenizer.eosIds).toEqual([0]);
    const chat = tokenizer.applyChat([{ role: "user", content: "hi" }], { addGenerationPrompt: false });
    expect(chat).toBe("hi!");
  });

  test("SentencePiece BPE, with merges by score and byte fallback", async () => {
    const spm = {
      ...llama,
      "tokenizer.ggml.model": text("llama"),
      "tokenizer.ggml.tokens": texts("<unk>", "<s>", "▁", "a", "b", "ab", "▁a", "<0xC3>", "<0xA9>"),
      "tokenizer.ggml.token_type": ints(2, 3, 1, 1, 1, 1, 1, 6, 6),
      "tokenizer.ggml.scores": floats(0, 0, -9, -9, -9, -2, -1, 0, 0),
      "tokenizer.ggml.bos_token_id": u32(1),
      "tokenizer.ggml.add_bos_token": flag(true),
    };
    const tokenizer = loadTokenizer(await open(file(spm)));
    // "▁ab" becomes "▁a" + "b", because "▁a" has the higher score.
    expect(tokenizer.encode("ab ab", { addSpecialTokens: true })).toEqual([1, 6, 4, 6, 4]);
    expect(tokenizer.encode("é", { addSpecialTokens: false })).toEqual([2, 7, 8]);
    expect(tokenizer.decode([1, 6, 4, 6, 4, 7, 8], { skipSpecialTokens: true })).toBe("ab abé");
  });

  test("SentencePiece Unigram", async () => {
    const unigram = {
      ...llama,
      "tokenizer.ggml.model": text("t5"),
      "tokenizer.ggml.tokens": texts("<pad>", "</s>", "<unk>", "▁", "▁a", "b", "▁ab"),
      "tokenizer.ggml.token_type": ints(3, 3, 2, 1, 1, 1, 1),
      "tokenizer.ggml.scores": floats(0, 0, 0, -3, -2, -2, -5),
      "tokenizer.ggml.eos_token_id": u32(1),
      "tokenizer.ggml.unknown_token_id": u32(2),
      "tokenizer.ggml.remove_extra_whitespaces": flag(true),
    };
    const tokenizer = loadTokenizer(await open(file(unigram)));
    // -2 - 2 is more than -5.
    expect(tokenizer.encode("ab a", { addSpecialTokens: true })).toEqual([4, 5, 4, 1]);
  });

  test("is refused if missing", async () => {
    const { "tokenizer.ggml.model": _, ...rest } = llama;
    expect(await refusal(open(file(rest)))).toMatch(/holds no tokenizer/);
  });

  test("SentencePiece without scores is refused", async () => {
    for (const kind of ["llama", "t5"]) {
      const entries = { ...llama, "tokenizer.ggml.model": text(kind) };
      expect(await refusal(open(file(entries)))).toBe("tiny.gguf has no tokenizer.ggml.scores.");
    }
  });

  test.each([
    [
      "a kind that is no text",
      { "tokenizer.ggml.model": u32(1) },
      /has 1 at tokenizer.ggml.model, where text/,
    ],
    [
      "tokens that are no texts",
      { "tokenizer.ggml.tokens": ints(1) },
      /tokens, where a list of texts belongs/,
    ],
    [
      "kinds that are no numbers",
      { "tokenizer.ggml.token_type": texts("a") },
      /where a list of numbers belongs/,
    ],
    ["a flag that is a number", { "tokenizer.ggml.add_bos_token": u32(1) }, /where true or false belongs/],
    ["an unknown kind", { "tokenizer.ggml.model": text("rwkv") }, /type "rwkv"/],
    ["an unknown way to split", { "tokenizer.ggml.pre": text("martian") }, /martian/],
    ["kinds for other tokens", { "tokenizer.ggml.token_type": ints(1) }, /of different lengths/],
  ] as const)("%s is refused", async (_, entries, message) => {
    expect(await refusal(open(file({ ...llama, ...entries })))).toMatch(message);
  });
});

/** The file with the eight bytes at `skip` after the first occurrence of `name` replaced by a number. */
function withNumber(bytes: Uint8Array, name: string, skip: number, value: bigint): Uint8Array {
  const changed = bytes.slice();
  const at = Buffer.from(changed).indexOf(name) + name.length + skip;
  new DataView(changed.buffer).setBigUint64(at, value, true);
  return changed;
}

describe("a damaged or hostile file is refused by name", () => {
  const good = file(llama);
  const huge = 2n ** 62n;
  const cases: [string, Uint8Array, RegExp][] = [
    ["no GGUF at all", new TextEncoder().encode("hello, world"), /not a GGUF file/],
    ["nothing", new Uint8Array(0), /not a GGUF file/],
    ["version 1", file(llama, tensors, 1), /version 1/],
    ["big-endian", file(llama, tensors, 0x03000000), /big-endian/],
    ["a count of tensors past all reason", withNumber(good, "GGUF", 4, huge), /declares \d+ tensors/],
    ["a count of entries past the end", withNumber(good, "GGUF", 12, huge), /declares \d+ metadata entries/],
    ["a text longer than the file", withNumber(good, "GGUF", 20, huge), /bytes of text/],
    ["a list longer than the file", withNumber(good, "tokenizer.ggml.merges", 8, huge), /elements of/],
    ["the header cut off", good.slice(0, 300), /truncated|bytes of text|impossible/],
    ["the data cut off", good.slice(0, good.length - 8), /is truncated after/],
    ["more dimensions than four", file(llama, [counting("x", 1, 1, 1, 1, 1)]), /5 dimensions/],
    ["a size of zero", file(llama, [counting("x", 0, 4)]), /cannot have/],
    ["a size past all reason", withNumber(good, "token_embd.weight", 4, huge), /numbers along/],
    ["rows of part of a block", file(llama, [{ ...counting("x", 24, 4), type: 2 }]), /Q4_0 cannot have/],
    ["a type that is not read", file(llama, [{ ...counting("x", 256), type: 19 }]), /IQ1_S/],
    ["an unknown type", file(llama, [{ ...counting("x", 256), type: 999 }]), /type 999/],
    ["the same tensor twice", file(llama, [counting("x", 8), counting("x", 8)]), /x twice/],
    [
      "tensors that overlap",
      file(llama, [counting("x", 16), { ...counting("y", 8), offset: 32 }]),
      /overlap/,
    ],
    ["a tensor off its place", file(llama, [{ ...counting("x", 8), offset: 4 }]), /not aligned/],
    ["a tensor past the end", file(llama, [{ ...counting("x", 8), offset: 4096 }]), /is truncated after/],
    ["an alignment of zero", file({ ...llama, "general.alignment": u32(0) }), /alignment of 0/],
    [
      "an architecture that is not known",
      file({ ...llama, "general.architecture": text("mamba") }),
      /"mamba", which is not read from GGUF yet: its layers carry a state/,
    ],
    ["experts", file({ ...llama, "general.architecture": text("qwen3moe") }), /choose among experts/],
    ["an adapter", file({ ...llama, "general.type": text("adapter") }), /adapter/],
    ["one part of several", file({ ...llama, "split.count": u32(3) }), /one of 3 parts/],
    [
      "a count of parts that is no number",
      file({ ...llama, "split.count": text("3") }),
      /has the text “3” at split.count, where a number belongs/,
    ],
    [
      "a number of heads for each layer",
      file({ ...llama, "llama.attention.head_count_kv": ints(1, 2) }),
      /has a list at llama.attention.head_count_kv, where a number belongs/,
    ],
    [
      "a size that is no finite number",
      file({ ...llama, "llama.embedding_length": { type: "f32", value: Infinity } }),
      /has Infinity at llama.embedding_length, where a finite number belongs/,
    ],
  ];

  const float = (value: number): Entry => ({ type: "f32", value });
  const keys: [string, Metadata, RegExp][] = [
    ["an unknown scaling", { "llama.rope.scaling.type": text("su") }, /sets llama.rope.scaling.type to su/],
    ["heads that turn in part", { "llama.rope.dimension_count": u32(2) }, /rope.dimension_count to 2/],
    ["values of another width", { "llama.attention.value_length": u32(8) }, /value_length to 8/],
    ["experts", { "llama.expert_count": u32(8) }, /expert_count to 8/],
    ["another attention scale", { "llama.attention.scale": float(0.5) }, /attention.scale to 0.5/],
    ["a key that nobody knows", { "llama.mixing": floats(0, 0.5) }, /sets llama.mixing to/],
    ["bidirectional attention", { "llama.attention.causal": flag(false) }, /causal to false/],
    ["a flag that nobody knows", { "llama.attention.turned": flag(false) }, /attention.turned to false/],
    ["a tokenizer's separator", { "tokenizer.ggml.add_sep_token": flag(true) }, /add_sep_token to true/],
    ["a tokenizer's key that nobody knows", { "tokenizer.ggml.folds": flag(false) }, /ggml.folds to false/],
  ];

  test.each(keys)("a key that changes the computation: %s", async (_, entries, message) => {
    expect(await refusal(open(file({ ...llama, ...entries })))).toMatch(message);
  });

  test("accepts keys that are off or state a default", async () => {
    const { config } = await open(
      file({
        ...llama,
        "llama.expert_count": u32(0),
        "llama.attention.causal": flag(true),
        "llama.rope.dimension_count": u32(4),
        "llama.attention.value_length": u32(4),
        "llama.vocab_size": u32(5),
        "llama.rope.scaling.type": text("none"),
        "qwen2.expert_count": u32(8),
        "tokenizer.ggml.fim_pre_token_id": u32(1),
        "tokenizer.chat_template.rag": text("{{ documents }}"),
      }),
    );
    expect(config.rope_scaling).toBeNull();
  });

  test("sampler settings have generation_config.json's names", async () => {
    const sampling = {
      "general.sampling.temp": float(0.5),
      "general.sampling.top_k": u32(20),
      "general.sampling.mirostat": u32(2),
    };
    const { generationConfig } = await open(file({ ...llama, ...sampling }));
    expect(generationConfig).toEqual({
      eos_token_id: [0],
      do_sample: true,
      temperature: 0.5,
      top_k: 20,
      mirostat: 2,
    });
  });

  test.each([
    ["rope.scaling.factor", { "llama.rope.scaling.factor": float(4) }],
    ["rope.scale_linear", { "llama.rope.scale_linear": float(4) }],
  ])("a scaling factor without a type is linear, as in llama.cpp: %s", async (_, entries) => {
    const { config } = await open(file({ ...llama, ...entries }));
    expect(config.rope_scaling).toEqual({ rope_type: "linear", factor: 4 });
  });

  test("YaRN matches transformers", async () => {
    const scaling = {
      "llama.rope.scaling.type": text("yarn"),
      "llama.rope.scaling.factor": float(4),
      "llama.rope.scaling.original_context_length": u32(16),
    };
    const { config } = await open(file({ ...llama, ...scaling }));
    expect(config.rope_scaling).toEqual({
      rope_type: "yarn",
      factor: 4,
      original_max_position_embeddings: 16,
    });
    const told = { ...llama, ...scaling, "llama.rope.scaling.attn_factor": float(2) };
    expect(await refusal(open(file(told)))).toMatch(/sets llama.rope.scaling.attn_factor to 2/);
  });

  const like = (architecture: string): Metadata =>
    Object.fromEntries(
      Object.entries({ ...llama, "general.architecture": text(architecture) }).map(([key, entry]) => [
        key.replace(/^llama\./, `${architecture}.`),
        entry,
      ]),
    );

  test("Phi-3's LongRoPE is read from tensors, with partial rotary heads", async () => {
    const phi = {
      ...like("phi3"),
      "phi3.rope.dimension_count": u32(2),
      "phi3.rope.scaling.attn_factor": float(1.5),
      "phi3.rope.scaling.original_context_length": u32(16),
      "phi3.attention.sliding_window": u32(8),
    };
    const factors = ["short", "long"].map((name) => counting(`rope_factors_${name}.weight`, 1));
    const qkv = counting("blk.0.attn_qkv.weight", 8, 16);
    const { config, tensors: read } = await open(file(phi, [...factors, qkv]));
    expect([...read.keys()]).toEqual(["model.layers.0.self_attn.qkv_proj.weight"]);
    expect(config).toMatchObject({ partial_rotary_factor: 0.5, head_dim: 4 });
    expect(config.rope_scaling).toEqual({
      rope_type: "longrope",
      short_factor: [0],
      long_factor: [0],
      attention_factor: 1.5,
      original_max_position_embeddings: 16,
    });
    const { "phi3.rope.scaling.attn_factor": _, ...unscaled } = phi;
    expect(await refusal(open(file(unscaled, [factors[0]!])))).toMatch(/rope_factors_short/);
  });

  test("Granite's multipliers match config.json", async () => {
    const granite = {
      ...like("granite"),
      "granite.embedding_scale": float(12),
      "granite.logit_scale": float(8),
      "granite.attention.scale": float(0.015625),
    };
    const factors = { embedding_multiplier: 12, residual_multiplier: 1, logits_scaling: 8 };
    const { config } = await open(file(granite));
    expect(config).toMatchObject({ ...factors, attention_multiplier: 0.015625 });
    const without = { ...granite, "granite.rope.scaling.finetuned": bool(false) };
    expect(await refusal(open(file(without)))).toMatch(/rope.scaling.finetuned/);
    const elsewhere = { ...llama, "llama.logit_scale": float(8) };
    expect(await refusal(open(file(elsewhere)))).toMatch(/sets llama.logit_scale to 8/);
  });

  test("OLMo 2's norms come after the sub-layers", async () => {
    const stored = ["attn_q_norm", "post_attention_norm", "post_ffw_norm"].map((name) =>
      counting(`blk.0.${name}.weight`, 8),
    );
    const { config, tensors: read } = await open(file(like("olmo2"), stored));
    expect(config.model_type).toBe("olmo2");
    expect([...read.keys()].map((name) => name.replace("model.layers.0.", ""))).toEqual([
      "self_attn.q_norm.weight",
      "post_attention_layernorm.weight",
      "post_feedforward_layernorm.weight",
    ]);
    expect(await refusal(open(file(like("olmo2"), [counting("blk.0.ffn_norm.weight", 8)])))).toMatch(
      /ffn_norm/,
    );
  });

  test("unused tensors are reported", async () => {
    const stored = [...tensors, counting("blk.0.ffn_gate_exps.weight", 8, 12, 2), counting("rope_long", 4)];
    expect(await refusal(open(file(llama, stored)))).toMatch(
      /2 tensors .*: blk.0.ffn_gate_exps.weight, rope_long/,
    );
  });

  test("an unsupported type is reported with the supported ones", async () => {
    const error: unknown = await open(file(llama, [{ ...counting("x", 256), type: 21 }])).catch(
      (reason: unknown) => reason,
    );
    expect((error as LuthierError).what).toMatch(/IQ3_S/);
    expect((error as LuthierError).advice).toMatch(/Q4_K_M/);
  });

  test("gemma's sliding-window layers follow the file", async () => {
    const gemma = { ...bpe, "general.architecture": text("gemma3") };
    const pattern = "gemma3.attention.sliding_window_pattern";
    const read = async (entry: Entry) => (await open(file({ ...gemma, [pattern]: entry }, []))).config;
    expect(await read(u32(3))).toMatchObject({ sliding_window_pattern: 3 });
    expect(await read(ints(1, 0))).toMatchObject({ layer_types: ["sliding_attention", "full_attention"] });
  });

  test.each(cases)("%s", async (_, bytes, message) => {
    const what = await refusal(open(bytes));
    expect(what).toMatch(message);
  });

  test("a model whose rows are in another order for each head, without the number of heads", async () => {
    const { "llama.attention.head_count": _, ...rest } = llama;
    expect(await refusal(open(file(rest)))).toBe("tiny.gguf has no llama.attention.head_count.");
  });

  test("a duplicate entry", async () => {
    const entries = [...Object.entries(llama), ["general.architecture", text("llama")] as const];
    expect(await refusal(open(writeGguf({ metadata: entries, tensors })))).toMatch(/architecture" twice/);
  });

  test("every truncated file", async () => {
    for (let length = 0; length < good.length; length += 37) await refusal(open(good.slice(0, length)));
  });
});

test("a missing part of a split file is reported by name", async () => {
  const part = (no: number, count = 3): Uint8Array =>
    file({ ...(no === 0 ? llama : {}), "split.count": u32(count), "split.no": u32(no) }, []);
  const opened = (...numbers: number[]) =>
    openModelFolder(numbers.map((no) => bytesSource(`m-0000${no + 1}-of-00003.gguf`, part(no))));
  expect(await refusal(opened(1))).toMatch(/missing: m-00001-of-00003.gguf, m-00003-of-00003.gguf\.$/);
  expect(await refusal(opened(0, 2))).toMatch(/missing: m-00002-of-00003.gguf\.$/);
  const mixed = [bytesSource("a.gguf", part(0)), bytesSource("b.gguf", part(1, 2))];
  expect(await refusal(openModelFolder(mixed))).toMatch(/2 GGUF files/);
  expect(await refusal(opened(0, 0, 1))).toMatch(/3 GGUF files/);
});

test("the parts of a split file are one model", async () => {
  const part = (no: number, stored: TensorToStore[]): Uint8Array =>
    file({ ...(no === 0 ? llama : {}), "split.count": u32(2), "split.no": u32(no) }, stored);
  const files = [
    bytesSource("m-00002-of-00002.gguf", part(1, [tensors[1]!])),
    bytesSource("m-00001-of-00002.gguf", part(0, [tensors[0]!])),
  ];
  const { name, tensors: read } = await openModelFolder(files);
  expect(name).toBe("m");
  expect([...read.keys()].sort()).toEqual([
    "model.embed_tokens.weight",
    "model.layers.0.self_attn.q_proj.weight",
  ]);
});
