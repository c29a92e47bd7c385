import { describe, expect, it } from "vitest";
import { finiteSource } from "../../../src/engine/weights/finite-source";
import type { TensorDtype } from "../../../src/engine/weights/tensor-source";
import { blockLayout } from "../../../src/formats/quantised/block-types";

const read = (dtype: TensorDtype, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  finiteSource({
    name: "model.norm.weight",
    dtype,
    shape: [1],
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  }).read(0, bytes.length);

const notFinite = { problem: { code: "model/not-finite", tensor: "model.norm.weight" } };

describe("numbers that are not finite", () => {
  const bits = {
    F32: {
      fine: [0x3f800000, 0x7f7fffff, 0xff7fffff, 0x00000001, 0],
      broken: [0x7f800000, 0xff800000, 0x7fc00000],
    },
    F16: { fine: [0x3c00, 0x7bff, 0xfbff, 0x0001, 0], broken: [0x7c00, 0xfc00, 0x7e00, 0xfe01] },
    BF16: { fine: [0x3f80, 0x7f7f, 0xff7f, 0x0001, 0], broken: [0x7f80, 0xff80, 0x7fc0] },
  };

  it.each(["F32", "F16", "BF16"] as const)("are found in %s, at any place and alignment", async (dtype) => {
    const numbers = (values: readonly number[]): Uint8Array<ArrayBuffer> =>
      new Uint8Array((dtype === "F32" ? Uint32Array : Uint16Array).from(values).buffer);
    const fine = numbers(bits[dtype].fine);
    expect(await read(dtype, fine)).toEqual(fine);
    for (const broken of bits[dtype].broken) {
      const bytes = numbers([...bits[dtype].fine, broken]);
      await expect(read(dtype, bytes)).rejects.toMatchObject(notFinite);
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      await expect(read(dtype, shifted.subarray(1))).rejects.toMatchObject(notFinite);
    }
  });

  it.each([
    ["Q4_0", [0]],
    ["Q4_1", [0, 2]],
    ["Q5_0", [0]],
    ["Q5_1", [0, 2]],
    ["Q8_0", [0]],
    ["Q2_K", [80, 82]],
    ["Q3_K", [108]],
    ["Q4_K", [0, 2]],
    ["Q5_K", [0, 2]],
    ["Q6_K", [208]],
    ["IQ4_NL", [0]],
    ["IQ4_XS", [0]],
  ] as const)("are found in the scales of %s, and codes are no numbers", async (dtype, places) => {
    const { bytes: size } = blockLayout(dtype);
    const scale = new Set<number>(places.flatMap((at) => [at, at + 1]));
    // All code bits set, with scales of 1.
    const fine = Uint8Array.from({ length: 2 * size }, (_, at) =>
      scale.has(at % size) ? at % 2 && 0x3c : 0xff,
    );
    expect(await read(dtype, fine)).toEqual(fine);
    for (const at of places) {
      const broken = fine.slice();
      broken.set([0x00, 0x7e], size + at);
      await expect(read(dtype, broken)).rejects.toMatchObject(notFinite);
    }
  });

  it.each(["NF4", "NF4_256", "NF4_DOUBLE", "NF4_256_DOUBLE"] as const)(
    "are found in the scales of %s",
    async (dtype) => {
      const fine = new Uint8Array(blockLayout(dtype).bytes).fill(0xff, 8);
      expect(await read(dtype, fine)).toEqual(fine);
      const broken = fine.slice();
      broken.set([0, 0, 0x80, 0xff]);
      await expect(read(dtype, broken)).rejects.toMatchObject(notFinite);
    },
  );
});
