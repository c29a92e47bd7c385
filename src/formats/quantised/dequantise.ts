import { f16ToF32, widen } from "../float-bits";
import { type BlockType, blockTypes, type FloatType, isBlockType } from "./block-types";
import { dequantiseNf4, dequantiseNf4Double } from "./nf4";

/** Dequantises one block into the start of `out`. */
type Dequantise = (block: Uint8Array, out: Float32Array) => void;

/**
 * Dequantises stored bytes to f32. Every product and sum is rounded to f32 in the order of llama.cpp's reference, so
 * that results are bit-identical to the `gguf` package.
 *
 * @param bytes whole blocks (or numbers), starting at a block
 * @param elements how many numbers to return; the last block may contain more
 */
export function dequantise(
  type: FloatType | BlockType,
  bytes: Uint8Array<ArrayBuffer>,
  elements: number,
): Float32Array<ArrayBuffer> {
  if (!isBlockType(type)) return widen(type, bytes);
  const layout = blockTypes[type];
  const blocks = Math.ceil(elements / layout.elements);
  const out = new Float32Array(blocks * layout.elements);
  for (let block = 0; block < blocks; block++) {
    dequantisers[type](
      bytes.subarray(block * layout.bytes, (block + 1) * layout.bytes),
      out.subarray(block * layout.elements, (block + 1) * layout.elements),
    );
  }
  return out.subarray(0, elements);
}

const round = Math.fround;

/** Reads an f16 at a byte offset. */
function half(block: Uint8Array, at: number): number {
  return f16ToF32(Uint16Array.of(byte(block, at) | (byte(block, at + 1) << 8)))[0] ?? 0;
}

function byte(block: Uint8Array, at: number): number {
  return block[at] ?? 0;
}

function signed(value: number): number {
  return (value << 24) >> 24;
}

/** Nibble i of 16 bytes: numbers 0–15 are the low nibbles, 16–31 the high ones. */
function nibble(block: Uint8Array, start: number, i: number): number {
  const value = byte(block, start + (i % 16));
  return i < 16 ? value & 15 : value >> 4;
}

/** Bit i of four bytes, shifted to bit 4. */
function fifthBit(block: Uint8Array, start: number, i: number): number {
  return ((byte(block, start + (i >> 3)) >> (i & 7)) & 1) << 4;
}

const q4_0: Dequantise = (block, out) => {
  const d = half(block, 0);
  for (let i = 0; i < 32; i++) out[i] = d * (nibble(block, 2, i) - 8);
};

const q4_1: Dequantise = (block, out) => {
  const [d, m] = [half(block, 0), half(block, 2)];
  for (let i = 0; i < 32; i++) out[i] = round(d * nibble(block, 4, i)) + m;
};

const q5_0: Dequantise = (block, out) => {
  const d = half(block, 0);
  for (let i = 0; i < 32; i++) out[i] = d * ((nibble(block, 6, i) | fifthBit(block, 2, i)) - 16);
};

const q5_1: Dequantise = (block, out) => {
  const [d, m] = [half(block, 0), half(block, 2)];
  for (let i = 0; i < 32; i++) out[i] = round(d * (nibble(block, 8, i) | fifthBit(block, 4, i))) + m;
};

const q8_0: Dequantise = (block, out) => {
  const d = half(block, 0);
  for (let i = 0; i < 32; i++) out[i] = d * signed(byte(block, 2 + i));
};

const q2_k: Dequantise = (block, out) => {
  const [d, dmin] = [half(block, 80), half(block, 82)];
  for (let i = 0; i < 256; i++) {
    const scale = byte(block, i >> 4);
    const offset = round(dmin * (scale >> 4));
    out[i] = round(round(d * (scale & 15)) * twoBits(block, 16, i)) - offset;
  }
};

/** Two bits of number i: 128 numbers share 32 bytes, in four quarters of 32. */
function twoBits(block: Uint8Array, start: number, i: number): number {
  const quarter = (i >> 5) & 3;
  return (byte(block, start + (i >> 7) * 32 + (i & 31)) >> (2 * quarter)) & 3;
}

const q3_k: Dequantise = (block, out) => {
  const d = half(block, 108);
  for (let i = 0; i < 256; i++) {
    // Six bits per scale: the low four in the first eight bytes, the high two in the last four.
    const sub = i >> 4;
    const low = (byte(block, 96 + (sub & 7)) >> (4 * (sub >> 3))) & 15;
    const high = (byte(block, 104 + (sub & 3)) >> (2 * (sub >> 2))) & 3;
    const third = (byte(block, i & 31) >> (i >> 5)) & 1;
    out[i] = round(d * ((low | (high << 4)) - 32)) * (twoBits(block, 32, i) + 4 * third - 4);
  }
};

/** Values of the codes of IQ4_NL and IQ4_XS. */
const IQ4 = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

const iq4_nl: Dequantise = (block, out) => {
  const d = half(block, 0);
  for (let i = 0; i < 32; i++) out[i] = d * (IQ4[nibble(block, 2, i)] ?? 0);
};

const iq4_xs: Dequantise = (block, out) => {
  const d = half(block, 0);
  const high = byte(block, 2) | (byte(block, 3) << 8);
  for (let sub = 0; sub < 8; sub++) {
    const low = (byte(block, 4 + (sub >> 1)) >> (4 * (sub & 1))) & 15;
    const scale = round(d * ((low | (((high >> (2 * sub)) & 3) << 4)) - 32));
    for (let i = 0; i < 32; i++) out[32 * sub + i] = scale * (IQ4[nibble(block, 8 + 16 * sub, i)] ?? 0);
  }
};

/** Twice the values of MXFP4's codes; the scale compensates. */
const E2M1 = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

const mxfp4: Dequantise = (block, out) => {
  const scale = 2 ** (byte(block, 0) - 128);
  for (let i = 0; i < 32; i++) out[i] = scale * (E2M1[nibble(block, 1, i)] ?? 0);
};

/** 6-bit scale and minimum of sub-block `sub` (of eight), packed in twelve bytes from `start`. */
export function scaleAndMin(block: Uint8Array, start: number, sub: number): [scale: number, min: number] {
  const at = (i: number): number => byte(block, start + i);
  if (sub < 4) return [at(sub) & 63, at(sub + 4) & 63];
  return [(at(sub + 4) & 15) | ((at(sub - 4) >> 6) << 4), (at(sub + 4) >> 4) | ((at(sub) >> 6) << 4)];
}

/** Q4_K, or Q5_K if `highStart` gives the offset of the fifth bits. */
function fourOrFiveK(block: Uint8Array, out: Float32Array, start: number, highStart: number | null): void {
  const [d, dmin] = [half(block, 0), half(block, 2)];
  for (let sub = 0; sub < 8; sub++) {
    const [scale, min] = scaleAndMin(block, 4, sub);
    const [step, offset] = [round(d * scale), round(dmin * min)];
    for (let i = 0; i < 32; i++) {
      const value = byte(block, start + (sub >> 1) * 32 + i);
      const low = (sub & 1) === 0 ? value & 15 : value >> 4;
      const high = highStart === null ? 0 : ((byte(block, highStart + i) >> sub) & 1) << 4;
      out[sub * 32 + i] = round(step * (low | high)) - offset;
    }
  }
}

const q4_k: Dequantise = (block, out) => fourOrFiveK(block, out, 16, null);
const q5_k: Dequantise = (block, out) => fourOrFiveK(block, out, 48, 16);

const q6_k: Dequantise = (block, out) => {
  const d = half(block, 208);
  for (let i = 0; i < 256; i++) {
    // 128 numbers share 64 bytes of low and 32 of high bits, in four quarters of 32.
    const [part, quarter, l] = [i >> 7, (i >> 5) & 3, i & 31];
    const low = (byte(block, part * 64 + (quarter & 1) * 32 + l) >> ((quarter >> 1) * 4)) & 15;
    const high = (byte(block, 128 + part * 32 + l) >> (quarter * 2)) & 3;
    const scale = signed(byte(block, 192 + (i >> 4)));
    out[i] = round(d * scale) * ((low | (high << 4)) - 32);
  }
};

const dequantisers: Readonly<Record<BlockType, Dequantise>> = {
  Q4_0: q4_0,
  Q4_1: q4_1,
  Q5_0: q5_0,
  Q5_1: q5_1,
  Q8_0: q8_0,
  Q2_K: q2_k,
  Q3_K: q3_k,
  Q4_K: q4_k,
  Q5_K: q5_k,
  Q6_K: q6_k,
  IQ4_NL: iq4_nl,
  IQ4_XS: iq4_xs,
  MXFP4: mxfp4,
  NF4: dequantiseNf4,
  NF4_DOUBLE: dequantiseNf4Double,
  NF4_256: dequantiseNf4,
  NF4_256_DOUBLE: dequantiseNf4Double,
};
