import type { KernelCall, Operand } from "../graph/op";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

const copyBlockKernels = elementKernels({
  shader: "elementwise/copy_block",
  params: {
    count: "u32",
    width: "u32",
    source_stride: "u32",
    source_offset: "u32",
    target_stride: "u32",
    target_offset: "u32",
  },
  bindings: ["read", "read_write"],
});

/**
 * A strided block of `rows` × `width` elements. Strides and offsets are in elements; a source stride of 0 broadcasts
 * one row.
 */
export interface BlockCopy {
  readonly rows: number;
  readonly width: number;
  readonly sourceStride: number;
  readonly sourceOffset: number;
  readonly targetStride: number;
  readonly targetOffset: number;
}

/** Copies a block between buffers, leaving the rest of the target unchanged. */
export function copyBlockCall(copy: BlockCopy, source: Operand, target: Operand): KernelCall {
  const { width, sourceStride, sourceOffset, targetStride, targetOffset } = copy;
  const choice = copyBlockKernels.choose(width, sourceStride, sourceOffset, targetStride, targetOffset);
  const count = (copy.rows * width) / choice.width;
  return {
    kernel: choice.kernel,
    params: {
      count,
      width: width / choice.width,
      source_stride: sourceStride / choice.width,
      source_offset: sourceOffset / choice.width,
      target_stride: targetStride / choice.width,
      target_offset: targetOffset / choice.width,
    },
    operands: [source, target],
    grid: elementGrid(count),
  };
}
