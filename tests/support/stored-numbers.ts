import type { StorageKind } from "../../src/engine/graph/op";
import { storageLayout } from "../../src/engine/weights/storage-layout";
import { blockLayout, type BlockType, isBlockType } from "../../src/formats/quantised/block-types";
import { dequantise } from "../../src/formats/quantised/dequantise";
import { exactNumbers, storedAs } from "./gemm";

/** Numbers and their GPU bytes. */
export interface StoredNumbers {
  readonly values: Float32Array<ArrayBuffer>;
  readonly bytes: ArrayBuffer;
}

/** Offsets of f16 and f32 scales in a block, and of one-byte exponent scales. */
const SCALES: Readonly<
  Record<BlockType, Readonly<Partial<Record<"f16" | "f32" | "e8", readonly number[]>>>>
> = {
  Q4_0: { f16: [0] },
  Q4_1: { f16: [0, 2] },
  Q5_0: { f16: [0] },
  Q5_1: { f16: [0, 2] },
  Q8_0: { f16: [0] },
  Q2_K: { f16: [80, 82] },
  Q3_K: { f16: [108] },
  Q4_K: { f16: [0, 2] },
  Q5_K: { f16: [0, 2] },
  Q6_K: { f16: [208] },
  IQ4_NL: { f16: [0] },
  IQ4_XS: { f16: [0] },
  MXFP4: { e8: [0] },
  NF4: { f32: [0] },
  NF4_DOUBLE: { f32: [0, 4] },
  NF4_256: { f32: [0] },
  NF4_256_DOUBLE: { f32: [0, 4] },
};

/** Seeded numbers of a kind: eighths for floats, else blocks of arbitrary bytes. */
export function storedNumbers(kind: StorageKind, count: number, seed: number): StoredNumbers {
  const dtype = kind.toUpperCase();
  if (!isBlockType(dtype)) {
    const values = exactNumbers(count, seed);
    return { values, bytes: storedAs(kind, values) };
  }
  const bytes = arbitraryBlocks(dtype, Math.ceil(count / blockLayout(dtype).elements), seed);
  return {
    values: dequantise(dtype, bytes, count).slice(),
    bytes: storageLayout(dtype).pack(bytes).slice().buffer,
  };
}

/** Seeded blocks of a type, with bounded scales. */
export function arbitraryBlocks(dtype: BlockType, blocks: number, seed: number): Uint8Array<ArrayBuffer> {
  const each = blockLayout(dtype).bytes;
  const bytes = Uint8Array.from(exactNumbers(blocks * each, seed), (value, i) => value * 61 + (i % 7) * 5);
  const view = new DataView(bytes.buffer);
  const { f16 = [], f32 = [], e8 = [] } = SCALES[dtype];
  for (let block = 0; block < blocks; block++) {
    // Scales of varying magnitude and sign: 2^-5 etc. in f16, the last one subnormal.
    const half = [0x2800, 0xa400, 0x2c01, 0x03ff][block % 4]!;
    for (const at of f16) view.setUint16(block * each + at, half + at, true);
    // Odd sub-block scales, none of them zero: DoRA divides by the norm of each row, as PEFT does.
    if (dtype === "IQ4_XS") for (let at = 4; at < 8; at++) bytes[block * each + at]! |= 0x11;
    for (const at of e8) view.setUint8(block * each + at, 124 + (block % 5));
    for (const at of f32) view.setFloat32(block * each + at, 0.25 + (block % 5) / 3, true);
  }
  return bytes;
}
