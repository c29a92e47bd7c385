import { describe, expect, test } from "vitest";
import { type BlockType, blockTypes, storedBytes } from "../../../src/formats/quantised/block-types";
import { dequantise } from "../../../src/formats/quantised/dequantise";
import {
  DYNAMIC_VALUES,
  NF4_VALUES,
  type Nf4BlockSize,
  Nf4Quantiser,
  nf4Type,
  packNf4,
  packNf4Double,
  quantiseScales,
} from "../../../src/formats/quantised/nf4";
import { quantise as quantiseBlocks, WRITTEN_BLOCKS } from "../../../src/formats/quantised/quantise";
import { widen } from "../../../src/formats/float-bits";
import { bytesOf, floatsOf, quantisedGolden } from "../../support/quantised-golden";

const GGUF_TYPES = (Object.keys(blockTypes) as BlockType[]).filter((type) => !type.startsWith("NF4"));

test.each(GGUF_TYPES)("dequantises %s blocks as the gguf package does, bit for bit", async (type) => {
  const golden = await quantisedGolden("blocks.safetensors");
  const expected = await floatsOf(golden, `${type}.values`);
  const got = dequantise(type, await bytesOf(golden, `${type}.bytes`), expected.length);
  expect(new Uint32Array(got.slice().buffer)).toEqual(new Uint32Array(expected.buffer));
  expect(expected.some((value) => value !== 0 && Math.abs(value) < 1e-3)).toBe(true);
});

test.each(WRITTEN_BLOCKS)("quantises to %s as the gguf package does, bit for bit", async (type) => {
  const golden = await quantisedGolden("written.safetensors");
  const got = quantiseBlocks(type, await floatsOf(golden, "values"));
  expect(got).toEqual(await bytesOf(golden, `${type}.bytes`));
});

async function originalOf(file: string): Promise<Float32Array<ArrayBuffer>> {
  return widen("F16", await bytesOf(await quantisedGolden(file), "original"));
}

/** Feeds the values in pieces, as when loading. */
function quantise(values: Float32Array, blockSize: Nf4BlockSize = 64): Nf4Quantiser {
  const quantiser = new Nf4Quantiser(values.length, blockSize);
  const piece = 10 * blockSize;
  for (let start = 0; start < values.length; start += piece)
    quantiser.add(values.subarray(start, start + piece));
  return quantiser;
}

/** bitsandbytes' output for the same matrix: block size, and whether the scales are quantised. */
const NF4_FILES = [
  ["nf4.safetensors", 64, false],
  ["nf4_double.safetensors", 64, true],
  ["nf4_256.safetensors", 256, false],
  ["nf4_256_double.safetensors", 256, true],
] as const;

describe("NF4 as bitsandbytes makes it", () => {
  test("tables", async () => {
    const golden = await quantisedGolden("nf4_double.safetensors");
    expect(await floatsOf(golden, "linear.weight.quant_map")).toEqual(NF4_VALUES);
    const dynamic = await floatsOf(golden, "linear.weight.nested_quant_map");
    expect(dynamic).toHaveLength(256);
    dynamic.forEach((value, i) => expect(Math.abs(DYNAMIC_VALUES[i]! - value)).toBeLessThanOrEqual(1e-7));
  });

  test.each(NF4_FILES.filter(([, , double]) => !double))(
    "codes and scales of %s",
    async (file, blockSize) => {
      const golden = await quantisedGolden(file);
      const { codes, absmax } = quantise(await originalOf(file), blockSize).matrix;
      const expected = await bytesOf(golden, "linear.weight");
      expect(codes.slice(0, expected.length)).toEqual(expected);
      expect(absmax).toEqual(await floatsOf(golden, "linear.weight.absmax"));
    },
  );

  test("double quantisation", async () => {
    const golden = await quantisedGolden("nf4_double.safetensors");
    const { absmax } = quantise(await originalOf("nf4_double.safetensors")).matrix;
    const { codes, nested, offset } = quantiseScales(absmax);
    const state = new TextDecoder().decode(
      await bytesOf(golden, "linear.weight.quant_state.bitsandbytes__nf4"),
    );
    expect(Math.abs(offset - JSON.parse(state).nested_offset)).toBeLessThanOrEqual(1e-8);
    // bitsandbytes finds the nearest value through a coarse table and is occasionally off by one.
    const theirs = await bytesOf(golden, "linear.weight.absmax");
    const distance = (code: number, i: number): number =>
      Math.abs((absmax[i]! - offset) / nested[i >> 8]! - DYNAMIC_VALUES[code]!);
    codes.forEach((code, i) => expect(distance(code, i)).toBeLessThanOrEqual(distance(theirs[i]!, i) + 1e-7));
    expect(codes.filter((code, i) => code !== theirs[i]).length).toBeLessThanOrEqual(codes.length / 50);
    (await floatsOf(golden, "linear.weight.nested_absmax")).forEach((scale, i) =>
      expect(Math.abs(nested[i]! - scale)).toBeLessThanOrEqual(1e-7),
    );
  });

  test.each(NF4_FILES)("numbers of %s", async (file, blockSize, double) => {
    const original = await originalOf(file);
    const { matrix } = quantise(original, blockSize);
    const type = nf4Type(blockSize, double);
    const bytes = double ? packNf4Double(matrix, quantiseScales(matrix.absmax)) : packNf4(matrix);
    expect(bytes.length).toBe(storedBytes(type, original.length));
    const values = dequantise(type, bytes, original.length);
    const golden = await quantisedGolden(file);
    const [head, tail] = [await floatsOf(golden, "head"), await floatsOf(golden, "tail")];
    const expected = [...head, ...tail];
    const got = [...values.slice(0, head.length), ...values.slice(-tail.length)];
    const largest = Math.max(...expected.map(Math.abs));
    got.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-6 * largest));
  });
});
