import { sum } from "../../lib/numbers";
import { blockTypes, storedBytes } from "./block-types";

/**
 * The sixteen NF4 values (Dettmers et al., QLoRA, 2023, appendix E): quantiles of a normal distribution with an exact
 * zero.
 */
export const NF4_VALUES = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
);

/** Midpoints between codes: values above a midpoint round up, ties round down. */
const NF4_MIDPOINTS = midpoints(NF4_VALUES);

/** Scales per group in double quantisation. */
const NESTED = 256;
const GROUP_CODES = 8 + NESTED;

/** Numbers per scale. */
export type Nf4BlockSize = 64 | 256;

/** Types with f32 scales, and with quantised scales, by block size. */
const plainTypes = { 64: "NF4", 256: "NF4_256" } as const;
const doubleTypes = { 64: "NF4_DOUBLE", 256: "NF4_256_DOUBLE" } as const;

/** The NF4 type for a block size, with or without double quantisation. */
export function nf4Type(
  blockSize: Nf4BlockSize,
  double: boolean,
): (typeof plainTypes)[Nf4BlockSize] | (typeof doubleTypes)[Nf4BlockSize] {
  return (double ? doubleTypes : plainTypes)[blockSize];
}

/**
 * The 256 sorted values of bitsandbytes' signed dynamic map: for each of seven powers of ten, the midpoints of equal
 * steps of [0.1, 1], twice as many as for the next lower power, with both signs; plus 0 and 1.
 */
export const DYNAMIC_VALUES: Float32Array = makeDynamicValues();
const DYNAMIC_MIDPOINTS = midpoints(DYNAMIC_VALUES);

/** An NF4 matrix: two codes per byte, the first in the high nibble, and a scale per block. */
export interface Nf4Matrix {
  readonly elements: number;
  readonly blockSize: Nf4BlockSize;
  readonly codes: Uint8Array;
  readonly absmax: Float32Array;
}

/** Quantises to NF4: divides each block by its absolute maximum and rounds to the nearest code (ties down). */
export class Nf4Quantiser {
  readonly #elements: number;
  readonly #blockSize: Nf4BlockSize;
  readonly #codes: Uint8Array;
  readonly #absmax: Float32Array;
  #done = 0;

  /** @param elements element count of the whole matrix */
  constructor(elements: number, blockSize: Nf4BlockSize = 64) {
    this.#elements = elements;
    this.#blockSize = blockSize;
    const blocks = Math.ceil(elements / blockSize);
    this.#codes = new Uint8Array((blocks * blockSize) / 2);
    this.#absmax = new Float32Array(blocks);
  }

  /** Appends numbers in row-major order: whole blocks, except at the end of the matrix. */
  add(values: Float32Array): void {
    for (let start = 0; start < values.length; start += this.#blockSize)
      this.#addBlock(values.subarray(start, start + this.#blockSize));
  }

  /** The quantised matrix. */
  get matrix(): Nf4Matrix {
    return { elements: this.#elements, blockSize: this.#blockSize, codes: this.#codes, absmax: this.#absmax };
  }

  #addBlock(values: Float32Array): void {
    const absmax = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.#absmax[this.#done / this.#blockSize] = absmax;
    for (let i = 0; i < this.#blockSize; i++) {
      // Zero for padding at the end and for all-zero blocks.
      const scaled = absmax === 0 ? 0 : Math.fround((values[i] ?? 0) / absmax);
      const code = nearest(NF4_MIDPOINTS, scaled);
      const at = (this.#done + i) >> 1;
      this.#codes[at] = (this.#codes[at] ?? 0) | (i % 2 === 0 ? code << 4 : code);
    }
    this.#done += this.#blockSize;
  }
}

/** Packs a matrix with f32 scales. */
export function packNf4({ codes, absmax, blockSize }: Nf4Matrix): Uint8Array<ArrayBuffer> {
  const blockBytes = blockTypes[plainTypes[blockSize]].bytes;
  const codeBytes = blockSize / 2;
  const bytes = new Uint8Array(absmax.length * blockBytes);
  const view = new DataView(bytes.buffer);
  absmax.forEach((scale, block) => {
    const at = block * blockBytes;
    view.setFloat32(at, scale, true);
    bytes.set(codes.subarray(block * codeBytes, (block + 1) * codeBytes), at + 4);
  });
  return bytes;
}

/** 8-bit quantised scales: scale = value[code] · nested[index / 256] + offset. */
export interface NestedScales {
  readonly codes: Uint8Array;
  readonly nested: Float32Array;
  readonly offset: number;
}

/** Quantises scales: subtracts their mean, then uses the dynamic map in groups of 256. */
export function quantiseScales(absmax: Float32Array): NestedScales {
  const offset = Math.fround(sum(absmax) / absmax.length);
  const codes = new Uint8Array(absmax.length);
  const nested = new Float32Array(Math.ceil(absmax.length / NESTED));
  for (let group = 0; group < nested.length; group++) {
    const centred = absmax.subarray(group * NESTED, (group + 1) * NESTED).map((scale) => scale - offset);
    const most = centred.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    nested[group] = most;
    centred.forEach((value, i) => {
      const scaled = most === 0 ? 0 : Math.fround(value / most);
      codes[group * NESTED + i] = nearest(DYNAMIC_MIDPOINTS, scaled);
    });
  }
  return { codes, nested, offset };
}

/** Packs a matrix with quantised scales. */
export function packNf4Double(
  { codes, elements, blockSize }: Omit<Nf4Matrix, "absmax">,
  scales: NestedScales,
): Uint8Array<ArrayBuffer> {
  const type = doubleTypes[blockSize];
  const { elements: groupElements, bytes: groupBytes } = blockTypes[type];
  const bytes = new Uint8Array(storedBytes(type, elements));
  const view = new DataView(bytes.buffer);
  for (let group = 0; group * groupElements < elements; group++) {
    const at = group * groupBytes;
    view.setFloat32(at, scales.nested[group] ?? 0, true);
    view.setFloat32(at + 4, scales.offset, true);
    bytes.set(scales.codes.subarray(group * NESTED, (group + 1) * NESTED), at + 8);
    const room = bytes.length - at - GROUP_CODES;
    const first = (group * groupElements) / 2;
    bytes.set(codes.subarray(first, first + Math.min(groupElements / 2, room)), at + GROUP_CODES);
  }
  return bytes;
}

/** Dequantises a block with an f32 scale. */
export function dequantiseNf4(block: Uint8Array, out: Float32Array): void {
  const scale = new DataView(block.buffer, block.byteOffset).getFloat32(0, true);
  widenCodes(block.subarray(4), scale, out);
}

/** Dequantises a group with quantised scales, possibly truncated. */
export function dequantiseNf4Double(block: Uint8Array, out: Float32Array): void {
  const view = new DataView(block.buffer, block.byteOffset);
  const [nested, offset] = [view.getFloat32(0, true), view.getFloat32(4, true)];
  const blockSize = out.length / NESTED;
  for (let i = 0; i < NESTED; i++) {
    const from = GROUP_CODES + i * (blockSize / 2);
    const value = Math.fround((DYNAMIC_VALUES[block[8 + i] ?? 0] ?? 0) * nested);
    const codes = block.subarray(from, from + blockSize / 2);
    const start = i * blockSize;
    widenCodes(codes, Math.fround(value + offset), out.subarray(start, start + 2 * codes.length));
  }
}

function widenCodes(codes: Uint8Array, scale: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const pair = codes[i >> 1] ?? 0;
    out[i] = (NF4_VALUES[i % 2 === 0 ? pair >> 4 : pair & 15] ?? 0) * scale;
  }
}

function makeDynamicValues(): Float32Array {
  const values = [0, 1];
  for (let exponent = 0; exponent < 7; exponent++) {
    const steps = 2 ** exponent;
    for (let step = 0; step < steps; step++) {
      const value = 10 ** (exponent - 6) * (0.1 + (0.9 * (step + 0.5)) / steps);
      values.push(value, -value);
    }
  }
  return Float32Array.from(values).sort();
}

function midpoints(values: Float32Array): Float64Array {
  return Float64Array.from(
    { length: values.length - 1 },
    (_, i) => ((values[i] ?? 0) + (values[i + 1] ?? 0)) / 2,
  );
}

/** Index of the nearest value: the number of midpoints below `value`. */
function nearest(midpoints: Float64Array, value: number): number {
  let [low, high] = [0, midpoints.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > (midpoints[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
