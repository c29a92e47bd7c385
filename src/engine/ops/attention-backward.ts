import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, formatShape, sameShape, type TensorType, u32, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import {
  type AttentionAttrs,
  attentionBackwardBiasCall,
  attentionBackwardBiasKernels,
  attentionCall,
  attentionDims,
  attentionKernels,
  attentionParams,
  attentionStatsKernel,
  HEAD_WIDTHS,
} from "./attention-kernels";

/** q, k, v, keyStart, keyEnd and, where places change scores, the biases. */
export type AttentionForwardInputs = [
  q: Value,
  k: Value,
  v: Value,
  keyStart: Value,
  keyEnd: Value,
  bias?: Value,
];

/** q, k, v, the gradient of y, stats and, where places change scores, the biases. */
type BackwardInputs = [q: Value, k: Value, v: Value, dy: Value, stats: Value, bias?: Value];

/**
 * What the backward kernels need of each query, as one u32 vector (B,H,Tq,4): the bits of its logsumexp, the bits of
 * delta = dy · y, and the range of keys it sees. Inputs: dy, y (B,Tq,H,D), logsumexp (B,H,Tq), keyStart, keyEnd.
 */
export const attentionStats: Op<{ readonly keys: number }> = {
  name: "attentionStats",
  kernels: HEAD_WIDTHS.map(attentionStatsKernel),
  infer: ([dy, y]) => {
    const [left, right] = [dy as TensorType, y as TensorType];
    invariant(
      sameShape(left.shape, right.shape),
      `attentionStats: ${formatShape(left.shape)} and ${formatShape(right.shape)} differ`,
    );
    const [batch, queries, heads] = left.shape as [number, number, number];
    return [u32(batch, heads, queries, 4)];
  },
  lower: ({ attrs, inputs, outputs, dispatch }) => {
    const [dy, , logsumexp] = inputs as [Value, Value, Value];
    const dims = { ...attentionDims(dy.type, dy.type), keys: attrs.keys };
    dispatch({
      kernel: attentionStatsKernel(dims.width),
      params: attentionParams(dims, { scale: 1, prefix: 0 }),
      operands: [...inputs, ...outputs],
      grid: elementGrid(elementCount(logsumexp.type.shape)),
    });
  },
};

/** The gradient of attention's q. Inputs: q, k, v, dy, stats (of {@link attentionStats}), and the biases if any. */
export const attentionBackwardQuery: Op<AttentionAttrs> = {
  name: "attentionBackwardQuery",
  kernels: attentionKernels("backward_query"),
  infer: ([q]) => [q as TensorType],
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const [q, k, v, dy, stats, bias] = inputs as BackwardInputs;
    const dims = attentionDims(q.type, k.type);
    const operands = [q, k, v, dy, stats, bias ?? q, ...outputs];
    dispatch(attentionCall("backward_query", dims, attrs, operands, bias, tuning));
  },
};

/** The gradients of attention's k and v, summed over the query heads that share them. Inputs as for q's. */
export const attentionBackwardKeyValue: Op<AttentionAttrs> = {
  name: "attentionBackwardKeyValue",
  kernels: attentionKernels("backward_key_value"),
  infer: ([, k, v]) => [k as TensorType, v as TensorType],
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const [q, k, v, dy, stats, bias] = inputs as BackwardInputs;
    const dims = attentionDims(q.type, k.type);
    const operands = [q, k, v, dy, stats, bias ?? q, ...outputs];
    dispatch(attentionCall("backward_key_value", dims, attrs, operands, bias, tuning));
  },
};

/** The gradient of attention's biases by distance, (2 reach + 1, H). Inputs as for q's, the biases among them. */
export const attentionBackwardBias: Op<AttentionAttrs> = {
  name: "attentionBackwardBias",
  kernels: attentionBackwardBiasKernels,
  infer: (inputs) => [inputs[5] as TensorType],
  lower: ({ attrs, inputs, outputs, dispatch }) => {
    const [q, k, , , , bias] = inputs as Required<BackwardInputs>;
    const dims = attentionDims(q.type, k.type);
    dispatch(attentionBackwardBiasCall(dims, attrs, [...inputs, ...outputs], bias));
  },
};
