import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, formatShape, sameShape, type TensorType, u32, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import {
  type AttentionAttrs,
  attentionBackwardBiasCall,
  attentionCall,
  attentionDims,
  attentionParams,
  attentionStatsKernel,
} from "./attention-kernels";

/**
 * Per-query statistics for the backward kernels, packed as u32 (B,H,Tq,4): bits of logsumexp, bits of delta = dy · y,
 * and the visible key range. Inputs: dy, y (B,Tq,H,D), logsumexp (B,H,Tq), keyStart, keyEnd.
 */
export const attentionStats: Op<{ readonly keys: number }> = {
  name: "attentionStats",
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

/**
 * Gradient of attention with respect to q. Inputs: q, k, v, dy, stats (of {@link attentionStats}), and the bias and the
 * seed if any.
 */
export const attentionBackwardQuery: Op<AttentionAttrs> = {
  name: "attentionBackwardQuery",
  infer: ([q]) => [q as TensorType],
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const [q, k] = inputs as [Value, Value];
    const dims = attentionDims(q.type, k.type);
    dispatch(attentionCall("backward_query", dims, attrs, { inputs, outputs }, tuning));
  },
};

/** Gradients of attention with respect to k and v, summed over the query heads of each group. Inputs as for q's. */
export const attentionBackwardKeyValue: Op<AttentionAttrs> = {
  name: "attentionBackwardKeyValue",
  infer: ([, k, v]) => [k as TensorType, v as TensorType],
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const [q, k] = inputs as [Value, Value];
    const dims = attentionDims(q.type, k.type);
    dispatch(attentionCall("backward_key_value", dims, attrs, { inputs, outputs }, tuning));
  },
};

/**
 * Gradient of attention with respect to the relative position bias, (2 reach + 1, H). Inputs as for q's, including the
 * bias.
 */
export const attentionBackwardBias: Op<AttentionAttrs> = {
  name: "attentionBackwardBias",
  infer: (inputs) => [inputs[5] as TensorType],
  lower: ({ attrs, inputs, outputs, dispatch }) => {
    const [q, k] = inputs as [Value, Value];
    dispatch(attentionBackwardBiasCall(attentionDims(q.type, k.type), attrs, { inputs, outputs }));
  },
};
