import type { Operand, WeightRef } from "../graph/op";
import type { Value } from "../graph/value";
import { dispatchGemm, type GemmProblem } from "../kernels/matmul";
import { multiply, multiplyTransposed } from "./linear";
import type { PanelContext } from "./weight-panels";

/**
 * Matrix products of an output head W (vocabulary, hidden) with a chunk of rows; `stride` is the row stride of the
 * logits.
 */
export interface Head {
  readonly vocabulary: number;
  /** logits (rows, vocabulary) (+)= h (rows, hidden) Wᵀ. */
  logits(h: Operand, logits: Operand, rows: number, stride: number, accumulate: boolean): void;
  /** dh (rows, hidden) = dLogits W. */
  hiddenGradient(logits: Operand, dh: Operand, rows: number, stride: number): void;
  /** dW (+)= dLogitsᵀ h; absent if W is frozen. */
  weightGradient?(logits: Operand, h: Operand, rows: number, stride: number, accumulate: boolean): void;
}

/** A frozen head in any storage format. */
export function frozenHead(context: PanelContext, weight: WeightRef): Head {
  return {
    vocabulary: weight.rows,
    logits: (h, logits, rows, stride, accumulate) =>
      multiply(context, { weight, x: h, y: logits, rows, accumulate, stride }),
    hiddenGradient: (logits, dh, rows, stride) =>
      multiplyTransposed(context, { weight, x: logits, y: dh, rows, accumulate: false, stride }),
  };
}

/** A trainable f32 head; inference-only if `gradient` is null. */
export function trainableHead(context: PanelContext, weight: Value, gradient: Value | null): Head {
  const [vocabulary = 0, hidden = 0] = weight.type.shape;
  const product = (problem: Omit<GemmProblem, "kind" | "alpha" | "bStride" | "cOffset">): void =>
    dispatchGemm(context, { ...problem, kind: "f32", alpha: 1, bStride: hidden, cOffset: 0 });
  const head: Head = {
    vocabulary,
    logits: (h, logits, rows, stride, accumulate) =>
      product({
        form: "nt",
        m: rows,
        n: vocabulary,
        k: hidden,
        aStride: hidden,
        cStride: stride,
        accumulate,
        operands: [h, weight, logits],
      }),
    hiddenGradient: (logits, dh, rows, stride) =>
      product({
        form: "nn",
        m: rows,
        n: hidden,
        k: vocabulary,
        aStride: stride,
        cStride: hidden,
        accumulate: false,
        operands: [logits, weight, dh],
      }),
  };
  if (!gradient) return head;
  return {
    ...head,
    weightGradient: (logits, h, rows, stride, accumulate) =>
      product({
        form: "tn",
        m: vocabulary,
        n: hidden,
        k: rows,
        aStride: stride,
        cStride: hidden,
        accumulate,
        operands: [logits, h, gradient],
      }),
  };
}
