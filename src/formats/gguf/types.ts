import type { BlockType, FloatType } from "../quantised/block-types";

/** Supported GGUF data types. */
export type GgufType = FloatType | Exclude<BlockType, `NF4${string}`>;

/** Type ids in the file. */
export const typeNumbers: Readonly<Record<GgufType, number>> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q5_0: 6,
  Q5_1: 7,
  Q8_0: 8,
  Q2_K: 10,
  Q3_K: 11,
  Q4_K: 12,
  Q5_K: 13,
  Q6_K: 14,
  IQ4_NL: 20,
  IQ4_XS: 23,
  BF16: 30,
  MXFP4: 39,
};

const byNumber: ReadonlyMap<number, GgufType> = new Map(
  (Object.keys(typeNumbers) as GgufType[]).map((type) => [typeNumbers[type], type]),
);

/** The type with an id; undefined if unsupported. */
export function ggufType(number: number): GgufType | undefined {
  return byNumber.get(number);
}
