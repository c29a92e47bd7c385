import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesSource } from "../../../src/formats/byte-source";
import { readSafetensorsHeader, writeSafetensors } from "../../../src/formats/safetensors";
import { widen } from "../../../src/formats/float-bits";

/** A file of the given header text and number of data bytes. */
function file(header: string | object, dataBytes = 0, announced?: number) {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(announced ?? json.length), true);
  bytes.set(json, 8);
  return bytesSource("model.safetensors", bytes);
}

const f32 = (shape: unknown, start: unknown, end: unknown) => ({
  dtype: "F32",
  shape,
  data_offsets: [start, end],
});

describe("readSafetensorsHeader", () => {
  it("reads metadata, and tensors in byte order", async () => {
    const source = file({ __metadata__: { format: "pt" }, b: f32([2], 4, 12), a: f32([], 0, 4) }, 12);
    const header = await readSafetensorsHeader(source);
    const base = source.sizeBytes - 12;
    expect(header).toEqual({
      metadata: { format: "pt" },
      tensors: [
        { name: "a", dtype: "F32", shape: [], start: base, end: base + 4 },
        { name: "b", dtype: "F32", shape: [2], start: base + 4, end: base + 12 },
      ],
    });
  });

  it("reads what PyTorch wrote", async () => {
    const bytes = readFileSync(new URL("../../golden/llama/model.safetensors", import.meta.url));
    const source = bytesSource("model.safetensors", bytes);
    const { tensors } = await readSafetensorsHeader(source);
    const embedding = tensors.find(({ name }) => name === "model.embed_tokens.weight")!;
    const values = widen("F32", await source.read(embedding.start, embedding.end));
    expect(values).toHaveLength(embedding.shape[0]! * embedding.shape[1]!);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some((value) => value !== 0)).toBe(true);
  });

  it("accepts names of Object.prototype and tensors without elements", async () => {
    const source = file('{"__proto__":{"dtype":"U8","shape":[0,3],"data_offsets":[0,0]}}');
    const { tensors } = await readSafetensorsHeader(source);
    expect(tensors.map(({ name }) => name)).toEqual(["__proto__"]);
  });

  const refused: [string, ReturnType<typeof file>, RegExp][] = [
    ["no file at all", bytesSource("model.safetensors", new Uint8Array(3)), /too short/],
    ["a header longer than the file", file("{}", 0, 3), /header of 3 bytes, more than/],
    ["a header beyond the limit", file("{}", 0, 2 ** 40), /more than the file has/],
    ["a header that is no JSON", file("{'a'}"), /header is damaged/],
    [
      "a header that is no UTF-8",
      bytesSource("model.safetensors", withRawHeader([0x7b, 0xff, 0x7d])),
      /damaged/,
    ],
    ["a header that is a list", file("[]"), /not a JSON object/],
    [
      "a name given twice",
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061" : {}}', 1),
      /"a" twice/,
    ],
    [
      "a field given twice",
      file('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', 1),
      /"dtype" twice/,
    ],
    ["metadata that is no text", file({ __metadata__: { step: 3 } }), /metadata "step"/],
    ["an entry that is no object", file({ a: 4 }), /tensor a by something/],
    [
      "an unknown type",
      file({ a: { ...f32([1], 0, 4), dtype: "F12" } }, 4),
      /tensor a with the unknown type "F12"/,
    ],
    ["a type of Object.prototype", file({ a: { ...f32([1], 0, 4), dtype: "toString" } }, 4), /unknown type/],
    ["a negative size", file({ a: f32([-1], 0, 4) }, 4), /tensor a with a shape/],
    ["a broken size", file({ a: f32([1.5], 0, 6) }, 6), /tensor a with a shape/],
    ["a shape that is no list", file({ a: f32("4", 0, 4) }, 4), /tensor a with a shape/],
    ["offsets that are no numbers", file({ a: f32([1], "0", 4) }, 4), /data_offsets/],
    ["three offsets", file({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4, 8] } }, 8), /data_offsets/],
    ["a reversed range", file({ a: f32([1], 4, 0) }, 4), /gives it -4/],
    [
      "a size that is not the shape's",
      file({ a: f32([2, 3], 0, 20) }, 20),
      /F32 \[2, 3\], which takes 24 bytes, but gives it 20/,
    ],
    ["a shape that overflows", file({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4), /tensor a as F32/],
    ["an overlap", file({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, 8), /tensor b overlap/],
    ["the same range twice", file({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4), /overlap/],
    ["a hole", file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), /unused bytes before tensor b/],
    ["bytes at the end", file({ a: f32([1], 0, 4) }, 5), /after its last tensor/],
    [
      "a download cut short",
      file({ a: f32([500], 0, 2000) }, 600),
      /is truncated: it has 6\d\d B, but its header declares 2.\d+ kB/,
    ],
  ];

  it.each(refused)("refuses %s", async (_what, source, message) => {
    await expect(readSafetensorsHeader(source)).rejects.toThrow(message);
    await expect(readSafetensorsHeader(source)).rejects.toMatchObject({
      code: "format",
      what: expect.stringContaining("model.safetensors"),
    });
  });

  it("reports a Git LFS pointer as such", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
    const source = bytesSource("model.safetensors", new TextEncoder().encode(pointer));
    await expect(readSafetensorsHeader(source)).rejects.toThrow(/Git LFS pointer/);
  });

  it("survives a name of many megabytes", async () => {
    const name = `a${"\\n".repeat(5_000_000)}`;
    await expect(readSafetensorsHeader(file(`{"${name}": 1}`))).rejects.toThrow(/by something/);
  });
});

function withRawHeader(header: readonly number[]): Uint8Array {
  return new Uint8Array([header.length, 0, 0, 0, 0, 0, 0, 0, ...header]);
}

describe("writeSafetensors", () => {
  it("round-trips tensors, sorted by name and aligned", async () => {
    const data = Float32Array.from([1, -2.5, NaN, 3e-40]);
    const bytes = writeSafetensors([
      { name: "b", dtype: "F32", shape: [2, 2], data },
      { name: "a", dtype: "F32", shape: [0], data: new Float32Array(0) },
    ]);
    const source = bytesSource("adapter_model.safetensors", bytes);
    const { tensors, metadata } = await readSafetensorsHeader(source);
    expect(metadata).toEqual({ format: "pt" });
    expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ["a", [0]],
      ["b", [2, 2]],
    ]);
    const { start, end } = tensors[1]!;
    expect(start % 8).toBe(0);
    expect(widen("F32", await source.read(start, end))).toEqual(data);
  });

  it("writes a view of a larger buffer", async () => {
    const whole = Float32Array.from([9, 1, 2, 9]);
    const bytes = writeSafetensors([{ name: "a", dtype: "F32", shape: [2], data: whole.subarray(1, 3) }], {});
    expect(new Float32Array(bytes.slice(-8).buffer)).toEqual(Float32Array.from([1, 2]));
  });

  it("refuses mismatched shapes and duplicate names", () => {
    const data = new Float32Array(3);
    expect(() => writeSafetensors([{ name: "a", dtype: "F32", shape: [2], data }])).toThrow(/invariant/);
    const twice = { name: "a", dtype: "F32", shape: [3], data } as const;
    expect(() => writeSafetensors([twice, twice])).toThrow(/share a name/);
  });
});
