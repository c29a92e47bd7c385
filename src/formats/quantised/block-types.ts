/** Block layout of a quantised type: consecutive numbers that share scales. */
export interface BlockLayout {
  /** Numbers per block. */
  readonly elements: number;
  /** Bytes per block. */
  readonly bytes: number;
}

/** Bytes before the codes in a double-quantised block: f32 scale and offset of the scales, and 256 quantised scales. */
const DOUBLE_HEADER_BYTES = 4 + 4 + 256;

/**
 * Block-quantised types, in row-major order.
 *
 * The `Q` and `IQ` types and MXFP4 are GGUF's. NF4 is QLoRA's: `NF4` is a block of 64 numbers, an f32 scale and 32 bytes with the first
 * number of each byte in the high nibble. `NF4_DOUBLE` is a group of 256 such blocks with quantised scales: f32 scale
 * and offset of the scales, 256 bytes of scales, then 8192 bytes of codes; the last group of a matrix may be truncated
 * after its numbers. `NF4_256` and `NF4_256_DOUBLE` are the same with blocks of 256 numbers.
 */
export const blockTypes = {
  Q4_0: { elements: 32, bytes: 18 },
  Q4_1: { elements: 32, bytes: 20 },
  Q5_0: { elements: 32, bytes: 22 },
  Q5_1: { elements: 32, bytes: 24 },
  Q8_0: { elements: 32, bytes: 34 },
  Q2_K: { elements: 256, bytes: 84 },
  Q3_K: { elements: 256, bytes: 110 },
  Q4_K: { elements: 256, bytes: 144 },
  Q5_K: { elements: 256, bytes: 176 },
  Q6_K: { elements: 256, bytes: 210 },
  IQ4_NL: { elements: 32, bytes: 18 },
  IQ4_XS: { elements: 256, bytes: 136 },
  MXFP4: { elements: 32, bytes: 17 },
  NF4: { elements: 64, bytes: 36 },
  NF4_DOUBLE: { elements: 16384, bytes: DOUBLE_HEADER_BYTES + 8192 },
  NF4_256: { elements: 256, bytes: 132 },
  NF4_256_DOUBLE: { elements: 65536, bytes: DOUBLE_HEADER_BYTES + 32768 },
} as const satisfies Readonly<Record<string, BlockLayout>>;

export type BlockType = keyof typeof blockTypes;

/** Unquantised float types. */
export type FloatType = "F32" | "F16" | "BF16";

const floatBytes: Readonly<Record<FloatType, number>> = { F32: 4, F16: 2, BF16: 2 };

export function isBlockType(type: string): type is BlockType {
  return Object.hasOwn(blockTypes, type);
}

export function isFloatType(type: string): type is FloatType {
  return Object.hasOwn(floatBytes, type);
}

/** Block layout of a type; floats are blocks of one. */
export function blockLayout(type: FloatType | BlockType): BlockLayout {
  return isBlockType(type) ? blockTypes[type] : { elements: 1, bytes: floatBytes[type] };
}

/** Whether the last block of a matrix may be truncated after its numbers. */
export function allowsPartialBlock(type: FloatType | BlockType): boolean {
  return type === "NF4_DOUBLE" || type === "NF4_256_DOUBLE";
}

/** Size of the first `elements` numbers in whole blocks, except for a truncated last block. */
export function storedBytes(type: FloatType | BlockType, elements: number): number {
  const { elements: each, bytes } = blockLayout(type);
  const rest = elements % each;
  if (!allowsPartialBlock(type) || rest === 0) return Math.ceil(elements / each) * bytes;
  return Math.floor(elements / each) * bytes + DOUBLE_HEADER_BYTES + Math.ceil(rest / 8) * 4;
}
