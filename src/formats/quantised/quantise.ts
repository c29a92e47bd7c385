import { f32ToF16 } from "../float-bits";
import { blockTypes } from "./block-types";

/** Block types that exports can quantise to. */
export const WRITTEN_BLOCKS = ["Q8_0", "Q5_1", "Q5_0", "Q4_1", "Q4_0"] as const;
export type WrittenBlock = (typeof WRITTEN_BLOCKS)[number];

/** Elements per block of all these types. */
const BLOCK = 32;

/** Encodes one block into `out`, which is zeroed. */
type Quantise = (values: Float32Array, out: DataView) => void;

/**
 * Quantises to whole blocks. Each step is rounded to f32 as in the `gguf` package, so that the bytes are identical.
 *
 * @param values a multiple of 32 elements
 */
export function quantise(type: WrittenBlock, values: Float32Array): Uint8Array<ArrayBuffer> {
  const { bytes } = blockTypes[type];
  const blocks = values.length / BLOCK;
  const out = new Uint8Array(blocks * bytes);
  for (let block = 0; block < blocks; block++) {
    quantisers[type](
      values.subarray(block * BLOCK, (block + 1) * BLOCK),
      new DataView(out.buffer, block * bytes, bytes),
    );
  }
  return out;
}

const round = Math.fround;

const half = Uint16Array.of(0);
const single = Float32Array.of(0);

function writeHalf(out: DataView, at: number, value: number): void {
  single[0] = value;
  half.set(f32ToF16(single));
  out.setUint16(at, half[0] ?? 0, true);
}

/** Reciprocal of a step; 0 for an all-zero block. */
function inverse(step: number): number {
  return step === 0 ? 0 : round(1 / step);
}

/** The value with the largest magnitude; the first if tied. */
function largestMagnitude(values: Float32Array): number {
  let most = values[0] ?? 0;
  for (const value of values) if (Math.abs(value) > Math.abs(most)) most = value;
  return most;
}

/** Quantised code, clamped to 0 … `most`. */
function code(value: number, scale: number, offset: number, most: number): number {
  return Math.max(0, Math.min(most, Math.trunc(round(round(value * scale) + offset))));
}

/** Packs the low four bits of elements i and i + 16 into byte i; fifth bits go to `highStart`. */
function pack(codeOf: (i: number) => number, out: DataView, start: number, highStart: number | null): void {
  let high = 0;
  for (let i = 0; i < BLOCK / 2; i++) {
    const [low, upper] = [codeOf(i), codeOf(i + BLOCK / 2)];
    out.setUint8(start + i, (low & 15) | ((upper & 15) << 4));
    high |= ((low >> 4) << i) | ((upper >> 4) << (i + BLOCK / 2));
  }
  if (highStart !== null) out.setUint32(highStart, high >>> 0, true);
}

/** Codes symmetric around zero. */
function symmetric(bits: 4 | 5): Quantise {
  const middle = 2 ** (bits - 1);
  const highStart = bits === 5 ? 2 : null;
  return (values, out) => {
    const step = round(largestMagnitude(values) / -middle);
    const scale = inverse(step);
    writeHalf(out, 0, step);
    pack(
      (i) => code(values[i] ?? 0, scale, middle + 0.5, 2 * middle - 1),
      out,
      bits === 5 ? 6 : 2,
      highStart,
    );
  };
}

/** Codes relative to the block's minimum. */
function asymmetric(bits: 4 | 5): Quantise {
  const most = 2 ** bits - 1;
  const highStart = bits === 5 ? 4 : null;
  return (values, out) => {
    const least = values.reduce((low, value) => Math.min(low, value), Infinity);
    const largest = values.reduce((high, value) => Math.max(high, value), -Infinity);
    const step = round(round(largest - least) / most);
    const scale = inverse(step);
    writeHalf(out, 0, step);
    writeHalf(out, 2, least);
    pack((i) => code(round((values[i] ?? 0) - least), scale, 0.5, most), out, bits === 5 ? 8 : 4, highStart);
  };
}

const q8_0: Quantise = (values, out) => {
  const step = round(Math.abs(largestMagnitude(values)) / 127);
  const scale = inverse(step);
  writeHalf(out, 0, step);
  values.forEach((value, i) => {
    const scaled = round(value * scale);
    // Round half away from zero.
    const size = Math.floor(Math.abs(scaled)) + Math.floor(2 * (Math.abs(scaled) % 1));
    out.setInt8(2 + i, Math.sign(scaled) * size);
  });
};

const quantisers: Readonly<Record<WrittenBlock, Quantise>> = {
  Q4_0: symmetric(4),
  Q4_1: asymmetric(4),
  Q5_0: symmetric(5),
  Q5_1: asymmetric(5),
  Q8_0: q8_0,
};
