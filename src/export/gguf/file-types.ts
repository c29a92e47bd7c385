import type { FloatType } from "../../formats/quantised/block-types";
import type { WrittenBlock } from "../../formats/quantised/quantise";

/** `general.file_type`: llama.cpp's id for the type of most tensors. */
export const fileTypes: Readonly<Record<FloatType | WrittenBlock, number>> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q8_0: 7,
  Q5_0: 8,
  Q5_1: 9,
  BF16: 32,
};
