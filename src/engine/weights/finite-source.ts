import { blockLayout, type BlockType, isBlockType } from "../../formats/quantised/block-types";
import { LuthierError } from "../../lib/errors";
import type { TensorDtype, TensorSource } from "./tensor-source";

/** Locations of a block's scales, as byte offsets; `e8` are exponent-only scales. */
interface Scales {
  readonly f16?: readonly number[];
  readonly f32?: readonly number[];
  readonly e8?: readonly number[];
}

const scales: Readonly<Record<BlockType, Scales>> = {
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
  NF4_256: { f32: [0] },
  NF4_DOUBLE: { f32: [0, 4] },
  NF4_256_DOUBLE: { f32: [0, 4] },
};

/** Exponents of all ones: infinity and NaN. */
const F32_EXPONENT = 0x7f800000;
const F16_EXPONENT = 0x7c00;
const BF16_EXPONENT = 0x7f80;
/** The smallest exponent with which MXFP4's largest number exceeds f32. */
const E8_OVERFLOW = 253;

/**
 * Wraps a source to check everything that is read: a single non-finite number would make every output of the model NaN.
 * Errors from `read` name the tensor.
 */
export function finiteSource(source: TensorSource): TensorSource {
  return {
    ...source,
    async read(start, end) {
      const bytes = await source.read(start, end);
      if (isFinite(source.dtype, bytes)) return bytes;
      throw new LuthierError({ code: "model/not-finite", tensor: source.name });
    },
  };
}

/** Whether all numbers, or the scales of all blocks, are finite. */
function isFinite(dtype: TensorDtype, bytes: Uint8Array<ArrayBuffer>): boolean {
  if (isBlockType(dtype)) return areScalesFinite(dtype, bytes);
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  if (dtype === "F32") {
    return isBelow(new Uint32Array(buffer, byteOffset, byteLength / 4), F32_EXPONENT);
  }
  const exponent = dtype === "F16" ? F16_EXPONENT : BF16_EXPONENT;
  return isBelow(new Uint16Array(buffer, byteOffset, byteLength / 2), exponent);
}

/** Whether no number has an all-ones exponent. */
function isBelow(numbers: Uint32Array | Uint16Array, exponent: number): boolean {
  for (let index = 0; index < numbers.length; index++) {
    if (((numbers[index] ?? 0) & exponent) === exponent) return false;
  }
  return true;
}

function areScalesFinite(dtype: BlockType, bytes: Uint8Array<ArrayBuffer>): boolean {
  const { f16 = [], f32 = [], e8 = [] } = scales[dtype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { bytes: size } = blockLayout(dtype);
  for (let block = 0; block < bytes.length; block += size) {
    for (const at of f16) {
      if ((view.getUint16(block + at, true) & F16_EXPONENT) === F16_EXPONENT) return false;
    }
    for (const at of e8) {
      if (view.getUint8(block + at) >= E8_OVERFLOW) return false;
    }
    for (const at of f32) {
      if ((view.getUint32(block + at, true) & F32_EXPONENT) === F32_EXPONENT) return false;
    }
  }
  return true;
}
