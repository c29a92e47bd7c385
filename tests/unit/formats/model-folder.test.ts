import { describe, expect, it } from "vitest";
import { bytesSource, type ByteSource } from "../../../src/formats/byte-source";
import { openModelFolder } from "../../../src/formats/model-folder";
import { writeSafetensors } from "../../../src/formats/safetensors";

const text = (name: string, content: string): ByteSource =>
  bytesSource(name, new TextEncoder().encode(content));
const json = (name: string, value: unknown): ByteSource => text(name, JSON.stringify(value));

/** A safetensors file of [1, size] tensors, filled with their size. */
function weights(name: string, tensors: Record<string, number>): ByteSource {
  const written = Object.entries(tensors).map(([tensor, size]) => ({
    name: tensor,
    dtype: "F32" as const,
    shape: [1, size],
    data: new Float32Array(size).fill(size),
  }));
  return bytesSource(name, writeSafetensors(written));
}

const config = json("config.json", { model_type: "llama", _name_or_path: "someone/tiny-llama" });
const tokenizer = json("tokenizer.json", { version: "1.0" });
const model = weights("model.safetensors", { a: 2, b: 3 });

describe("openModelFolder", () => {
  it("opens picked files", async () => {
    const folder = await openModelFolder([model, config, tokenizer]);
    expect(folder.name).toBe("tiny-llama");
    expect(folder.config.model_type).toBe("llama");
    expect(folder.generationConfig).toBeNull();
    expect(folder.tokenizer).toEqual({ tokenizer: { version: "1.0" }, config: {}, chatTemplate: null });
    expect([...folder.tensors.keys()]).toEqual(["a", "b"]);
    expect(folder.sizeBytes).toBe(20);
  });

  it("keeps exactly the files that reopen the model", async () => {
    const others = ["pytorch_model.bin", "README.md", "adapter_model.safetensors", "onnx/config.json"];
    const { files } = await openModelFolder([
      ...others.map((name) => text(name, "{}")),
      ...[config, tokenizer, model, json("special_tokens_map.json", {})],
    ]);
    expect(files.map(({ name }) => name)).toEqual([
      "config.json",
      "tokenizer.json",
      "model.safetensors",
      "special_tokens_map.json",
    ]);
  });

  it("refuses files of two models", async () => {
    await expect(openModelFolder([config, tokenizer, model, tokenizer])).rejects.toMatchObject({
      code: "model",
      what: "tokenizer.json was chosen twice: these are the files of more than one model.",
    });
    await expect(openModelFolder([config, tokenizer, model, config])).rejects.toMatchObject({
      code: "model",
    });
  });

  it("reads part of a tensor without the rest", async () => {
    const reads: [number, number][] = [];
    const watched: ByteSource = {
      ...model,
      read(start, end) {
        reads.push([start, end]);
        return model.read(start, end);
      },
    };
    const { tensors } = await openModelFolder([watched, config, tokenizer]);
    const b = tensors.get("b")!;
    expect(b).toMatchObject({ name: "b", dtype: "F32", shape: [1, 3], sizeBytes: 12 });
    reads.length = 0;
    expect([...new Float32Array((await b.read(4, 12)).buffer)]).toEqual([3, 3]);
    expect(reads).toEqual([[model.sizeBytes - 8, model.sizeBytes]]);
    expect(() => b.read(4, 16)).toThrow(/invariant/);
  });

  it("uses the folder of the topmost config.json", async () => {
    const inFolder = (folder: string) =>
      [config, tokenizer, model].map((file) => ({ ...file, name: `${folder}${file.name}` }));
    const folder = await openModelFolder([
      ...inFolder("SmolLM2/onnx/"),
      ...inFolder("SmolLM2/"),
      json("SmolLM2/generation_config.json", { eos_token_id: [1, 2] }),
      json("SmolLM2/special_tokens_map.json", { eos_token: "<a>", bos_token: "<s>" }),
      json("SmolLM2/tokenizer_config.json", { eos_token: "<b>" }),
      text("SmolLM2/chat_template.jinja", "{{ messages }}"),
    ]);
    expect(folder.name).toBe("SmolLM2");
    expect(folder.generationConfig).toEqual({ eos_token_id: [1, 2] });
    expect(folder.tokenizer.config).toEqual({ eos_token: "<b>", bos_token: "<s>" });
    expect(folder.tokenizer.chatTemplate).toBe("{{ messages }}");
    expect(folder.files.every((file) => !file.name.includes("onnx"))).toBe(true);
    await expect(openModelFolder([...inFolder("one/"), ...inFolder("two/")])).rejects.toThrow(
      /more than one model: one\/config.json and two\/config.json/,
    );
  });

  const first = weights("model-00001-of-00002.safetensors", { a: 2 });
  const second = weights("model-00002-of-00002.safetensors", { b: 3 });
  const index = json("model.safetensors.index.json", {
    weight_map: { a: first.name, b: second.name },
  });

  it("opens shards with and without an index", async () => {
    for (const extra of [[index], []]) {
      const { tensors } = await openModelFolder([config, tokenizer, second, first, ...extra]);
      expect([...tensors.keys()].sort()).toEqual(["a", "b"]);
      expect([...new Float32Array((await tensors.get("b")!.read(0, 12)).buffer)]).toEqual([3, 3, 3]);
    }
  });

  it("opens only the shards in the index, and prefers a single file", async () => {
    const other = weights("consolidated.safetensors", { a: 9, layers: 4 });
    const indexed = await openModelFolder([config, tokenizer, other, first, second, index]);
    expect([...indexed.tensors.keys()]).toEqual(["a", "b"]);
    const single = await openModelFolder([config, tokenizer, other, first, index, model]);
    expect(single.sizeBytes).toBe(20);
  });

  it("accepts a single file of another name, but never an adapter's", async () => {
    const adapter = weights("adapter_model.safetensors", { lora: 1 });
    const { tensors } = await openModelFolder([
      config,
      tokenizer,
      adapter,
      { ...model, name: "w.safetensors" },
    ]);
    expect([...tensors.keys()]).toEqual(["a", "b"]);
  });

  const broken: [string, ByteSource[], RegExp][] = [
    ["nothing", [], /No config.json was found/],
    ["no config.json", [tokenizer, model], /No config.json was found/],
    ["an adapter", [json("adapter_config.json", {}), model], /are an adapter, not a model/],
    ["no tokenizer", [config, model], /No tokenizer.json was found\. Choose/],
    [
      "an old tokenizer",
      [config, model, text("tokenizer.model", "")],
      /tokenizer.model alone is the older format/,
    ],
    ["no weights", [config, tokenizer], /No weights were found/],
    [
      "PyTorch weights",
      [config, tokenizer, text("pytorch_model.bin", "x")],
      /pytorch_model.bin is in PyTorch's own format, which can run code when it is opened. Convert it once in Python/,
    ],
    [
      "weights for another runtime",
      [config, tokenizer, text("model.onnx", "x")],
      /model.onnx is not .* Choose the model's safetensors/,
    ],
    [
      "an indexed shard missing",
      [config, tokenizer, first, index],
      /not complete: model-00002-of-00002.safetensors is missing/,
    ],
    ["a numbered shard missing", [config, tokenizer, second], /model-00001-of-00002.safetensors is missing/],
    ["an index without a map", [config, tokenizer, first, second, json(index.name, {})], /has no weight_map/],
    [
      "an index whose map is null",
      [config, tokenizer, first, second, json(index.name, { weight_map: null })],
      /index.json has null at weight_map, where an object belongs/,
    ],
    [
      "an index that names no file of a tensor",
      [config, tokenizer, first, second, json(index.name, { weight_map: { "a.weight": null } })],
      /index.json has null at weight_map\["a.weight"\], where text belongs\. Download the file again/,
    ],
    ["an index that is no JSON", [config, tokenizer, text(index.name, "{")], /index.json is not valid JSON/],
    [
      "an index of another model",
      [config, tokenizer, first, json(index.name, { weight_map: { z: first.name } })],
      /holds tensor z, but it does not/,
    ],
    [
      "a tensor stored twice",
      [config, tokenizer, weights("x.safetensors", { a: 1 }), weights("y.safetensors", { a: 1 })],
      /Tensor a is stored twice: in x.safetensors and in y.safetensors/,
    ],
    [
      "a config that is no JSON",
      [text("config.json", "nope"), tokenizer, model],
      /config.json is not valid JSON/,
    ],
    [
      "a config that is a list",
      [text("config.json", "[]"), tokenizer, model],
      /config.json does not hold a JSON object/,
    ],
    ["a damaged tokenizer", [config, text("tokenizer.json", ""), model], /tokenizer.json is not valid JSON/],
    [
      "damaged weights",
      [config, tokenizer, text("model.safetensors", "<html>not found</html>")],
      /model.safetensors declares a header/,
    ],
  ];

  it.each(broken)("refuses %s", async (_what, files, message) => {
    await expect(openModelFolder(files)).rejects.toThrow(message);
    await expect(openModelFolder(files)).rejects.toMatchObject({ name: "LuthierError" });
  });
});
