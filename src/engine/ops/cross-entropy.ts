import type { KernelCall, Operand, Tuning } from "../graph/op";
import type { ParamValues } from "../gpu/kernel";
import { rowKernels } from "../kernels/variants";

const crossEntropyKernels = rowKernels({
  shader: "loss/cross_entropy",
  params: {
    rows: "u32",
    columns: "u32",
    stride: "u32",
    scale_index: "u32",
    scale_stride: "u32",
    gradient: "u32",
  },
  bindings: ["read", "read", "read_write", "read_write"],
});

/** Arguments of a cross-entropy dispatch. */
export interface CrossEntropyCall {
  readonly rows: number;
  /** Vocabulary size. */
  readonly columns: number;
  /** Row stride of the logits in elements; elements beyond `columns` are padding. */
  readonly stride: number;
  /** Index of the scale of all rows; null: one scale per row. */
  readonly scaleIndex: number | null;
  /** Whether to overwrite the logits with their gradient. */
  readonly withGradient: boolean;
  /** labels (rows), scales, logits (rows, stride) -> their gradient, losses (rows). */
  readonly operands: readonly [labels: Operand, scales: Operand, logits: Operand, losses: Operand];
}

/** Per-row loss, with the scaled gradient written over the logits; one workgroup per row. */
export function crossEntropyCall(call: CrossEntropyCall, tuning: Tuning): KernelCall {
  const { rows, columns, stride, scaleIndex, withGradient, operands } = call;
  const params = (width: number): ParamValues => ({
    // Rows are loaded including their padding; `columns`, in numbers, marks where it begins.
    columns,
    stride: stride / width,
    scale_index: scaleIndex ?? 0,
    scale_stride: scaleIndex === null ? 1 : 0,
    gradient: withGradient ? 1 : 0,
  });
  return crossEntropyKernels.call({ rows, columns: stride, params, operands }, tuning);
}
