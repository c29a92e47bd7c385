import type { KernelCall, Operand, Tuning } from "../graph/op";
import type { ParamValues } from "../gpu/kernel";
import { rowKernels } from "../kernels/variants";

export const crossEntropyKernels = rowKernels({
  shader: "loss/cross_entropy",
  params: { rows: "u32", columns: "u32", stride: "u32", scale_index: "u32", gradient: "u32" },
  bindings: ["read", "read", "read_write", "read_write"],
});

/** What one cross-entropy dispatch works on. */
export interface CrossEntropyCall {
  readonly rows: number;
  /** Size of the vocabulary. */
  readonly columns: number;
  /** Elements from one row of logits to the next; what lies beyond the columns is padding. */
  readonly stride: number;
  /** Index of the loss scale among the step scalars. */
  readonly scaleIndex: number;
  /** Whether the gradient is written over the logits. */
  readonly withGradient: boolean;
  /** labels (rows), step scalars, logits (rows, stride) -> their gradient, losses (rows). */
  readonly operands: readonly [labels: Operand, step: Operand, logits: Operand, losses: Operand];
}

/** Loss of each row, and the scaled gradient written over the logits; one workgroup a row. */
export function crossEntropyCall(call: CrossEntropyCall, tuning: Tuning): KernelCall {
  const { rows, columns, stride, scaleIndex, withGradient, operands } = call;
  const params = (width: number): ParamValues => ({
    // Rows are read with their padding; the columns, counted in numbers, say where it begins.
    columns,
    stride: stride / width,
    scale_index: scaleIndex,
    gradient: withGradient ? 1 : 0,
  });
  return crossEntropyKernels.call({ rows, columns: stride, params, operands }, tuning);
}
