import { expect, test } from "vitest";
import type { Adapter } from "../../../src/engine/adapters/common/method";
import { describeModel } from "../../../src/engine/models/registry";
import type { ModelSpec } from "../../../src/engine/nn/model-spec";
import { readAllValues, safetensorsTensor } from "../../../src/engine/weights/tensor-source";
import { mergedGguf } from "../../../src/export/gguf/merged";
import { ggufTarget } from "../../../src/export/gguf/target";
import { tokenizerEntries } from "../../../src/export/gguf/tokenizer-entries";
import { bytesSource } from "../../../src/formats/byte-source";
import { openModelFolder } from "../../../src/formats/model-folder";
import { architectures } from "../../../src/formats/gguf/architectures";
import { concatBytes } from "../../../src/lib/bytes";
import { hostModel } from "../../oracle/host-model";

/** Golden models by family; llama.cpp computes the same of their files (tests/oracle/check-gguf.ts). */
const FAMILIES = [
  "gpt_neox",
  "gpt2",
  "granite",
  "llama",
  "olmo2",
  "phi3",
  "qwen2",
  "qwen3",
  "smollm3",
  "starcoder2",
];

const tokenizer = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"], ignore_merges: false },
};

/** What a model computes, with numbers as precise as an f32 is read. */
function partsOf({ blocks, positions, head, finalNorm }: ModelSpec): unknown {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value;
  return JSON.parse(JSON.stringify({ blocks, positions, head, finalNorm }, rounded));
}

test.each(FAMILIES)("a merged GGUF of %s reads back as the same model", async (family) => {
  const model = await hostModel(family);
  const { spec } = model;
  const target = ggufTarget(spec);
  if ("code" in target) throw new Error(target.code);
  expect(Object.keys(architectures)).toContain(target.architecture);
  const rows = spec.vocabularySize;
  const entries = tokenizerEntries({
    files: { tokenizer, config: {}, chatTemplate: null },
    rows,
    addsStart: false,
    endIds: [0],
  });
  if ("code" in entries) throw new Error(entries.code);
  const file = await mergedGguf(
    {
      model,
      adapter: { untiesHead: false } as Adapter,
      origin: null,
      tokenizer: entries,
      chatTemplate: null,
      name: family,
      license: "",
      changes: () => Promise.resolve(new Map()),
    },
    target,
    "golden.gguf",
    "F32",
  );
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for await (const bytes of file.chunks()) pieces.push(concatBytes([bytes]));
  const read = await openModelFolder([bytesSource("golden.gguf", concatBytes(pieces))]);
  expect(partsOf(describeModel(read.config))).toEqual(partsOf(spec));
  for (const [name, tensor] of model.tensors) {
    const stored = read.tensors.get(name) ?? read.tensors.get(name.slice(spec.prefix.length));
    if (!stored) throw new Error(`${name} is missing`);
    expect(await readAllValues(safetensorsTensor(stored)), name).toEqual(await readAllValues(tensor));
  }
});
