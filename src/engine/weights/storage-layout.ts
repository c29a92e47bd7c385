import {
  blockLayout,
  type BlockType,
  allowsPartialBlock,
  isBlockType,
  storedBytes,
} from "../../formats/quantised/block-types";
import { scaleAndMin } from "../../formats/quantised/dequantise";
import { defined } from "../../lib/invariant";
import type { StorageKind } from "../graph/op";
import type { TensorDtype } from "./tensor-source";

/**
 * GPU layout of a stored type. Kernels read 32-bit words, but many GGUF blocks are 17, 18, 22, 34, 110 or 210 bytes. A unit
 * is therefore two or four blocks with their fields (scales, high bits, quants) interleaved in the order that
 * `lib/blocks_<kind>.wgsl` reads them. This is lossless and adds no padding, except for Q4_K and Q5_K: their packed
 * 6-bit scales are expanded to a byte each (1/36 larger), which saves kernels most of the unpacking.
 */
export interface StorageLayout {
  readonly kind: StorageKind;
  /** Elements per unit: a whole number of blocks and of words. */
  readonly unitElements: number;
  readonly unitBytes: number;
  /** Repacks stored bytes, starting at a unit, into the GPU layout; pads to whole units or words. */
  pack(stored: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}

/** A field of a stored block: offset and size in bytes. */
type Part = readonly [start: number, bytes: number];

function asStored(kind: StorageKind, dtype: TensorDtype, blocks: number): StorageLayout {
  const { elements, bytes } = blockLayout(dtype);
  return { kind, unitElements: blocks * elements, unitBytes: blocks * bytes, pack: padToWord };
}

function pairedBlocks(kind: StorageKind, dtype: BlockType, parts: readonly Part[]): StorageLayout {
  return interleavedBlocks(kind, dtype, 2, parts);
}

/** A layout of units of several blocks, interleaved field by field. */
function interleavedBlocks(
  kind: StorageKind,
  dtype: BlockType,
  count: number,
  parts: readonly Part[],
): StorageLayout {
  const { elements, bytes } = blockLayout(dtype);
  const unitBytes = count * bytes;
  return {
    kind,
    unitElements: count * elements,
    unitBytes,
    pack(stored) {
      const packed = new Uint8Array(Math.ceil(stored.length / unitBytes) * unitBytes);
      for (let block = 0; block * bytes < stored.length; block++) {
        let at = Math.floor(block / count) * unitBytes;
        for (const [start, length] of parts) {
          const from = block * bytes + start;
          packed.set(stored.subarray(from, from + length), at + (block % count) * length);
          at += count * length;
        }
      }
      return packed;
    },
  };
}

/** Expands the 12 packed bytes of eight scales and minimums to 16: scale, minimum, scale, minimum… */
function expandedScales(kind: StorageKind, dtype: BlockType): StorageLayout {
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
  Q4_0: pairedBlocks("q4_0", "Q4_0", [
    [0, 2],
    [2, 16],
  ]),
  Q4_1: asStored("q4_1", "Q4_1", 1),
  Q5_0: pairedBlocks("q5_0", "Q5_0", [
    [0, 2],
    [2, 4],
    [6, 16],
  ]),
  Q5_1: asStored("q5_1", "Q5_1", 1),
  Q8_0: pairedBlocks("q8_0", "Q8_0", [
    [0, 2],
    [2, 32],
  ]),
  Q2_K: asStored("q2_k", "Q2_K", 1),
  Q3_K: pairedBlocks("q3_k", "Q3_K", [
    [108, 2],
    [96, 12],
    [0, 32],
    [32, 64],
  ]),
  Q4_K: expandedScales("q4_k", "Q4_K"),
  Q5_K: expandedScales("q5_k", "Q5_K"),
  Q6_K: pairedBlocks("q6_k", "Q6_K", [
    [208, 2],
    [192, 16],
    [0, 128],
    [128, 64],
  ]),
  IQ4_NL: pairedBlocks("iq4_nl", "IQ4_NL", [
    [0, 2],
    [2, 16],
  ]),
  IQ4_XS: asStored("iq4_xs", "IQ4_XS", 1),
  MXFP4: interleavedBlocks("mxfp4", "MXFP4", 4, [
    [0, 1],
    [1, 16],
  ]),
  NF4: asStored("nf4", "NF4", 1),
  NF4_DOUBLE: asStored("nf4_double", "NF4_DOUBLE", 1),
  NF4_256: asStored("nf4_256", "NF4_256", 1),
  NF4_256_DOUBLE: asStored("nf4_256_double", "NF4_256_DOUBLE", 1),
};

/** GPU layout of a stored type. */
export function storageLayout(dtype: TensorDtype): StorageLayout {
  return layouts[dtype];
}

/** GPU size of `elements` numbers, starting at a unit. */
export function packedBytes(dtype: TensorDtype, elements: number): number {
  const { unitElements, unitBytes } = layouts[dtype];
  if (isBlockType(dtype) && !allowsPartialBlock(dtype)) return Math.ceil(elements / unitElements) * unitBytes;
  return Math.ceil(storedBytes(dtype, elements) / 4) * 4;
}

/** GPU size of `elements` numbers of a storage kind. */
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

/** Smallest number of rows that is a whole number of units. */
export function unitRows(dtype: TensorDtype, columns: number): number {
  const { unitElements } = layouts[dtype];
  return unitElements / greatestDivisor(unitElements, columns);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Queue writes must be a multiple of four bytes; a 16-bit matrix may have an odd number of elements. */
function padToWord(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length % 4 === 0) return bytes;
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return padded;
}
