import { describe, expect, test } from "vitest";
import { describeModel } from "../../../src/engine/models/registry";
import { mlxEntry } from "../../../src/export/entries/mlx";
import { bindCase, readJson } from "../../support/golden";
import { readAllValues, safetensorsTensor } from "../../../src/engine/weights/tensor-source";
import type { ExportSource } from "../../../src/export/entry";
import { exportFiles, exportOffers } from "../../../src/export/registry";
import { bytesSource } from "../../../src/formats/byte-source";
import { readGgufHeader } from "../../../src/formats/gguf/header";
import { type ModelFolder, openModelFolder } from "../../../src/formats/model-folder";
import { openWeights } from "../../../src/formats/model-weights";
import { readSafetensorsHeader } from "../../../src/formats/safetensors";
import { widen } from "../../../src/formats/float-bits";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer";
import { type ExportId, type ExportType, exportPurposes } from "../../../src/shared/exports";
import { bytesOf, madeUpSource, spruceFolder } from "../../support/export-source";

const IDS = Object.values(exportPurposes).flat();
const isElsewhere = (id: ExportId): boolean => exportPurposes.server.some((known) => known === id);
const LORA = { r: 4, lora_alpha: 8, target_modules: "q_proj,k_proj,down_proj" };

async function make(
  source: ExportSource,
  id: ExportId,
  type: ExportType | null,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { files } = await exportFiles(source, id, { type, name: "tuned", withOptimizer: false });
  const made = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const file of files) made.set(file.path, await bytesOf(file));
  return made;
}

const ggufOf = async (source: ExportSource, type: ExportType): Promise<Uint8Array<ArrayBuffer>> =>
  (await make(source, "gguf", type)).get("tuned.gguf")!;

const openGguf = (bytes: Uint8Array): Promise<ModelFolder> =>
  openModelFolder([bytesSource("tuned.gguf", bytes)]);

const valuesOf = async (folder: ModelFolder, name: string): Promise<Float32Array> =>
  readAllValues(safetensorsTensor(folder.tensors.get(name)!));

describe("exports of a LoRA on the built-in model", () => {
  test("are offered with their actual sizes", async () => {
    const source = madeUpSource(await spruceFolder(), "lora", LORA);
    const offers = await exportOffers(source, "tuned");
    expect(offers.map(({ id }) => id)).toEqual(IDS);
    for (const { id, problem, variants, readers, usage } of offers) {
      // What repeats a run needs one; see elsewhere.test.ts.
      expect(problem).toEqual(isElsewhere(id) ? { code: "export/no-run" } : null);
      expect(readers.length).toBeGreaterThan(0);
      expect(usage?.code).toContain("tuned");
      for (const { type, sizeBytes } of ["gguf", "merged", "onnx"].includes(id) ? variants : []) {
        const made = [...(await make(source, id, type)).values()];
        expect(
          made.reduce((sum, { length }) => sum + length, 0),
          `${id} ${type}`,
        ).toBe(sizeBytes);
      }
    }
  });

  test("as merged GGUF match the merged folder's tensors, tokenizer and sizes", async () => {
    const source = madeUpSource(await spruceFolder(), "lora", LORA);
    const gguf = await openGguf(await ggufOf(source, "F32"));
    const merged = await make(source, "merged", "F32");
    const tensors = await openWeights([bytesSource("model.safetensors", merged.get("model.safetensors")!)]);
    expect([...gguf.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, tensor] of tensors)
      expect(await valuesOf(gguf, name), name).toEqual(await readAllValues(safetensorsTensor(tensor)));
    for (const key of ["hidden_size", "head_dim", "num_key_value_heads", "rope_theta", "vocab_size"])
      expect(gguf.config[key], key).toBe(source.folder.config[key]);
    const text = "Three lanterns, 3 of them lit.";
    const options = { addSpecialTokens: true };
    expect(loadTokenizer(gguf).encode(text, options)).toEqual(source.tokenizer.encode(text, options));
    expect(gguf.tokenizer.chatTemplate).toBe(source.folder.tokenizer.config.chat_template);
  });

  test("of a GGUF model keep its metadata and the bytes of unchanged quantised layers", async () => {
    const plain = madeUpSource(await spruceFolder(), "lora", LORA);
    const base = await ggufOf(plain, "Q8_0");
    const source = madeUpSource(await openGguf(base), "lora", LORA);
    const tuned = await ggufOf(source, "F16");
    const [before, after] = await Promise.all(
      [base, tuned].map((bytes) => readGgufHeader(bytesSource("tuned.gguf", bytes))),
    );
    const replaced = ["general.name", "general.file_type"];
    for (const [key, value] of before!.metadata)
      if (!replaced.includes(key)) expect(after!.metadata.get(key), key).toEqual(value);
    const old = new Map(before!.tensors.map((tensor) => [tensor.name, tensor]));
    for (const { name, dtype, start, end } of after!.tensors) {
      if (/attn_[qk]|ffn_down/.test(name)) {
        expect(dtype, name).toBe("F16");
        continue;
      }
      const tensor = old.get(name)!;
      expect(dtype, name).toBe(tensor.dtype);
      expect(tuned.subarray(start, end)).toEqual(base.subarray(tensor.start, tensor.end));
    }
    const notes = (await exportOffers(source, "tuned")).find(({ id }) => id === "gguf")!.variants[0]!.notes;
    expect(notes).toEqual([{ code: "bytes-kept" }]);
  });

  test("as a GGUF adapter and for MLX give the same product", async () => {
    const options = { ...LORA, rank_pattern: "", alpha_pattern: "k_proj=24", use_rslora: true };
    const source = madeUpSource(await spruceFolder(), "lora", options);
    const values = await source.values();
    const bytes = (await make(source, "gguf-lora", "F32")).get("tuned.gguf")!;
    const { tensors, metadata } = await readGgufHeader(bytesSource("tuned.gguf", bytes));
    const read = (name: string): Float32Array => {
      const { start, end } = tensors.find((tensor) => tensor.name === name)!;
      return widen("F32", bytes.slice(start, end));
    };
    // lora_alpha · √r, from which the loader gets alpha / √r.
    expect(metadata.get("adapter.lora.alpha")).toBe(16);
    const module = "base_model.model.model.layers.0.self_attn.k_proj";
    const b = values.get(`${module}.lora_B.weight`)!.data;
    expect(read("blk.0.attn_k.weight.lora_a")).toEqual(values.get(`${module}.lora_A.weight`)!.data);
    // Three times the others' alpha; row 1 of llama.cpp's heads is row 16 of Hugging Face's.
    const written = read("blk.0.attn_k.weight.lora_b");
    for (let k = 0; k < 4; k++) expect(written[4 + k]).toBeCloseTo(3 * b[16 * 4 + k]!, 5);

    const mlx = await make(source, "mlx", null);
    const config = JSON.parse(new TextDecoder().decode(mlx.get("adapter_config.json"))) as Mlx;
    expect(config.lora_parameters).toMatchObject({
      rank: 4,
      scale: 4,
      keys: ["self_attn.q_proj", "self_attn.k_proj", "mlp.down_proj"],
    });
    const file = bytesSource("adapters.safetensors", mlx.get("adapters.safetensors")!);
    const header = await readSafetensorsHeader(file);
    const turned = header.tensors.find(({ name }) => name === "model.layers.0.self_attn.k_proj.lora_b")!;
    expect(turned.shape).toEqual([4, 64]);
    const factors = widen("F32", await file.read(turned.start, turned.end));
    expect(factors[64 + 5]).toBeCloseTo(3 * b[5 * 4 + 1]!, 5);
  });
});

interface Mlx {
  readonly lora_parameters: Readonly<Record<string, unknown>>;
}

/** Unavailable exports, with their reasons. */
async function problems(source: ExportSource): Promise<Record<string, string>> {
  const offers = (await exportOffers(source, "tuned")).filter(({ id }) => !isElsewhere(id));
  return Object.fromEntries(offers.flatMap(({ id, problem }) => (problem ? [[id, reason(problem)]] : [])));
}

function reason(problem: object & { readonly code: string }): string {
  return [problem.code, ...("extra" in problem ? [problem.extra] : [])].join(" ");
}

test("are refused with the reason if a format does not support them", async () => {
  const folder = await spruceFolder();
  const of = (id: Parameters<typeof madeUpSource>[1], options: Parameters<typeof madeUpSource>[2]) =>
    problems(madeUpSource(folder, id, options));
  expect(await of("lora", { ...LORA, use_dora: true })).toEqual({ "gguf-lora": "export/lora-extra dora" });
  expect(await of("lora", { ...LORA, target_modules: "q_proj,lm_head" })).toEqual({
    "gguf-lora": "export/lora-extra tied-head",
    mlx: "export/lora-extra tied-head",
  });
  expect(await of("lora", { ...LORA, rank_pattern: "k_proj=2" })).toEqual({
    mlx: "export/lora-extra several-ranks",
  });
  expect(await of("ia3", {})).toEqual({
    "gguf-lora": "export/no-gguf-adapter",
    mlx: "export/no-mlx-adapter",
  });
  expect(await of("prompt-tuning", { num_virtual_tokens: 4 })).toEqual({
    merged: "export/does-not-merge",
    "gguf-lora": "export/no-gguf-adapter",
    gguf: "export/does-not-merge",
    ollama: "export/does-not-merge",
    mlx: "export/no-mlx-adapter",
    onnx: "export/does-not-merge",
  });
});

test("a LoRA of a LongRoPE model is refused for mlx-lm, which always uses the long factors", () => {
  const spec = describeModel(readJson("phi3", "config.json"));
  const source = { model: { spec }, adapter: bindCase({ spec }, "phi3", "lora"), methodId: "lora" };
  expect(mlxEntry.blocker(source as unknown as ExportSource)).toEqual({ code: "export/long-rope-in-mlx" });
});

test.each([
  ["mistral", {}, 7],
  ["mistral", { layer_types: ["sliding_attention"] }, null],
  ["qwen2_window", { layer_types: ["sliding_attention"] }, 6],
  ["gemma3", {}, null],
  ["llama", {}, null],
] as const)("an adapter of %s with %o says whether mlx-lm ignores a window", (family, config, tokens) => {
  const source = { model: { spec: describeModel(readJson(family, "config.json")) }, folder: { config } };
  const notes = mlxEntry.notes(source as unknown as ExportSource, null);
  const lost = tokens === null ? [] : [{ code: "window-lost", program: "mlx-lm", tokens }];
  expect(notes.filter(({ code }) => code === "window-lost")).toEqual(lost);
});
