import {
  blockLayout,
  type BlockType,
  breaksOff,
  isBlockType,
  storedBytes,
} from "../../formats/quantised/block-types";
import { scaleAndMin } from "../../formats/quantised/dequantise";
import { defined } from "../../lib/invariant";
import type { StorageKind } from "../graph/op";
import type { TensorDtype } from "./tensor-source";

/**
 * How stored numbers lie on the GPU. Kernels read whole words, but most blocks of GGUF are 18, 22, 34 or 210 bytes long:
 * two of them together make whole words. So a unit is two such blocks, its parts (scales, bits, numbers) side by side
 * in the order in which `lib/blocks_<kind>.wgsl` reads them. Nothing is lost and nothing grows, but for the two types
 * whose scales of six bits are spread over bytes: theirs get a byte each (1 part in 36), which saves a kernel most of
 * its work on them.
 */
export interface StorageLayout {
  readonly kind: StorageKind;
  /** Numbers of one unit, which is a whole number of stored blocks and of words. */
  readonly unitElements: number;
  readonly unitBytes: number;
  /** Stored bytes, from a unit's start on, as they lie on the GPU, padded to whole units or words. */
  pack(stored: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}

/** A stretch of a stored block: first byte and length. */
type Part = readonly [start: number, bytes: number];

function asStored(kind: StorageKind, dtype: TensorDtype, blocks: number): StorageLayout {
  const { elements, bytes } = blockLayout(dtype);
  return { kind, unitElements: blocks * elements, unitBytes: blocks * bytes, pack: padToWord };
}

/** Two blocks a unit: each part of the first, then the same part of the second. */
function inPairs(kind: StorageKind, dtype: BlockType, parts: readonly Part[]): StorageLayout {
  const { elements, bytes } = blockLayout(dtype);
  return {
    kind,
    unitElements: 2 * elements,
    unitBytes: 2 * bytes,
    pack(stored) {
      const packed = new Uint8Array(Math.ceil(stored.length / bytes / 2) * 2 * bytes);
      for (let block = 0; block * bytes < stored.length; block++) {
        let at = (block >> 1) * 2 * bytes;
        for (const [start, length] of parts) {
          const from = block * bytes + start;
          packed.set(stored.subarray(from, from + length), at + (block & 1) * length);
          at += 2 * length;
        }
      }
      return packed;
    },
  };
}

/** The twelve bytes of eight scales and eight minimums become sixteen: a scale, its minimum, and so on. */
function withScaleBytes(kind: StorageKind, dtype: BlockType): StorageLayout {
  const { elements, bytes } = blockLayout(dtype);
  const unitBytes = bytes + 4;
  return {
    kind,
    unitElements: elements,
    unitBytes,
    pack(stored) {
      const blocks = stored.length / bytes;
      const packed = new Uint8Array(blocks * unitBytes);
      for (let block = 0; block < blocks; block++) {
        const from = stored.subarray(block * bytes, (block + 1) * bytes);
        const to = packed.subarray(block * unitBytes, (block + 1) * unitBytes);
        to.set(from.subarray(0, 4));
        for (let sub = 0; sub < 8; sub++) to.set(scaleAndMin(from, 4, sub), 4 + 2 * sub);
        to.set(from.subarray(16), 20);
      }
      return packed;
    },
  };
}

const layouts: Readonly<Record<TensorDtype, StorageLayout>> = {
  F32: asStored("f32", "F32", 1),
  F16: asStored("f16", "F16", 2),
  BF16: asStored("bf16", "BF16", 2),
  Q4_0: inPairs("q4_0", "Q4_0", [
    [0, 2],
    [2, 16],
  ]),
  Q4_1: asStored("q4_1", "Q4_1", 1),
  Q5_0: inPairs("q5_0", "Q5_0", [
    [0, 2],
    [2, 4],
    [6, 16],
  ]),
  Q5_1: asStored("q5_1", "Q5_1", 1),
  Q8_0: inPairs("q8_0", "Q8_0", [
    [0, 2],
    [2, 32],
  ]),
  Q4_K: withScaleBytes("q4_k", "Q4_K"),
  Q5_K: withScaleBytes("q5_k", "Q5_K"),
  Q6_K: inPairs("q6_k", "Q6_K", [
    [208, 2],
    [192, 16],
    [0, 128],
    [128, 64],
  ]),
  NF4: asStored("nf4", "NF4", 1),
  NF4_DOUBLE: asStored("nf4_double", "NF4_DOUBLE", 1),
  NF4_256: asStored("nf4_256", "NF4_256", 1),
  NF4_256_DOUBLE: asStored("nf4_256_double", "NF4_256_DOUBLE", 1),
};

/** How numbers of a stored type lie on the GPU. */
export function storageLayout(dtype: TensorDtype): StorageLayout {
  return layouts[dtype];
}

/** Bytes on the GPU of a stretch of numbers that begins with a unit. */
export function packedBytes(dtype: TensorDtype, elements: number): number {
  const { unitElements, unitBytes } = layouts[dtype];
  if (isBlockType(dtype) && !breaksOff(dtype)) return Math.ceil(elements / unitElements) * unitBytes;
  return Math.ceil(storedBytes(dtype, elements) / 4) * 4;
}

/** Bytes on the GPU of so many numbers of a storage kind. */
export function kindBytes(kind: StorageKind, elements: number): number {
  const dtypes = Object.keys(layouts) as TensorDtype[];
  return packedBytes(
    defined(
      dtypes.find((dtype) => layouts[dtype].kind === kind),
      kind,
    ),
    elements,
  );
}

/** The fewest rows that are whole units. */
export function unitRows(dtype: TensorDtype, columns: number): number {
  const { unitElements } = layouts[dtype];
  return unitElements / greatestDivisor(unitElements, columns);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Queue writes come in whole words; a matrix of two-byte elements may end in half of one. */
function padToWord(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length % 4 === 0) return bytes;
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return padded;
}
