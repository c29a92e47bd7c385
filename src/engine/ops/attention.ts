import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, f32, formatShape, sameShape, type TensorType, type Value } from "../graph/value";
import {
  attentionBackwardBias,
  attentionBackwardKeyValue,
  attentionBackwardQuery,
  attentionStats,
} from "./attention-backward";
import { type AttentionAttrs, attentionCall, attentionDims, attentionExtras } from "./attention-kernels";

/**
 * Grouped-query softmax attention: y[i] = Σ_j softmax_j(score(i, j)) · v[j], score = scale · q[i]·k[j], plus the bias
 * if any: slopes[h] · (j − keyEnd[i]) (ALiBi), or with `distancesFrom` bias[j − i, h], with distances clamped to ±reach.
 *
 * Inputs: q (B,Tq,H,D), k and v (B,Tk,KV,D) with H a multiple of KV, keyStart and keyEnd u32 (B·Tq), and optionally
 * slopes (H), or bias (2 reach + 1, H) for distances −reach … reach, which is differentiable. A query sees key j when j
 * < prefix or keyStart ≤ j < keyEnd, which covers causal and sliding-window masks, padding, packing, prefixes and
 * caches. A query that sees no key yields zeros, forward and backward. With `dropout` the last input is the output of
 * `attentionSeed`, and the softmax is dropped and rescaled as torch does. Outputs: y (B,Tq,H,D) and logsumexp (B,H,Tq),
 * which is not differentiable.
 */
export const attention: Op<AttentionAttrs> = {
  name: "attention",
  infer: (inputs, attrs) => {
    checkInputs(inputs, attrs);
    const [q] = inputs as [TensorType];
    const [batch, queries, heads] = q.shape as [number, number, number];
    return [q, f32(batch, heads, queries)];
  },
  vjp: ({ graph, attrs, inputs, outputs, gradOutputs: [dy, dLogsumexp], needs }) => {
    invariant(dy && !dLogsumexp, "attention: gradients flow through its first output only");
    const [q, k, v, keyStart, keyEnd, ...extras] = inputs as [Value, Value, Value, Value, Value, ...Value[]];
    const { bias } = attentionExtras(inputs, attrs);
    const [y, logsumexp] = outputs as [Value, Value];
    const stats = graph.apply(attentionStats, [dy, y, logsumexp, keyStart, keyEnd], {
      keys: k.type.shape[1] ?? 0,
    });
    const backwardInputs = [q, k, v, dy, stats, ...extras];
    const dq = needs[0] ? graph.apply(attentionBackwardQuery, backwardInputs, attrs) : null;
    const [dk, dv] =
      needs[1] || needs[2] ? graph.applyAll(attentionBackwardKeyValue, backwardInputs, attrs) : [];
    const dbias = bias && needs[5] ? graph.apply(attentionBackwardBias, backwardInputs, attrs) : null;
    return inputs.map((_, index) => [dq, dk, dv, null, null, dbias][index] ?? null);
  },
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const [q, k] = inputs as [Value, Value];
    dispatch(attentionCall("forward", attentionDims(q.type, k.type), attrs, { inputs, outputs }, tuning));
  },
};

function checkInputs(inputs: readonly TensorType[], { distancesFrom, dropout }: AttentionAttrs): void {
  const [q, k, v, keyStart, keyEnd, ...extras] = inputs as [
    TensorType,
    TensorType,
    TensorType,
    ...TensorType[],
  ];
  const seed = dropout === undefined ? undefined : extras.pop();
  const [bias] = extras;
  const shapes = inputs.map((input) => formatShape(input.shape)).join(", ");
  invariant(q.shape.length === 4 && k.shape.length === 4, `attention: (B,T,H,D) expected, got ${shapes}`);
  const { batch, queries, heads, kvHeads, width } = attentionDims(q, k);
  invariant(
    k.shape[0] === batch && k.shape[3] === width && sameShape(k.shape, v.shape),
    `attention: q, k and v do not fit: ${shapes}`,
  );
  invariant(heads % kvHeads === 0, `attention: ${heads} heads cannot share ${kvHeads} key-value heads`);
  const ranges = [keyStart, keyEnd].every(
    (range) => range?.dtype === "u32" && sameShape(range.shape, [batch * queries]),
  );
  invariant(ranges, `attention: keyStart and keyEnd are u32 [${batch * queries}], got ${shapes}`);
  const biases = bias ? elementCount(bias.shape) : 0;
  invariant(
    dropout === undefined || (seed && sameShape(seed.shape, [2 + biases])),
    `attention: the seed of dropout is [${2 + biases}], got ${shapes}`,
  );
  if (distancesFrom) {
    const [rows = 0, columns] = bias?.shape ?? [];
    invariant(rows % 2 === 1 && columns === heads, `attention: biases are [odd, ${heads}], got ${shapes}`);
  } else {
    invariant(!bias || sameShape(bias.shape, [heads]), `attention: slopes are [${heads}], got ${shapes}`);
  }
}
