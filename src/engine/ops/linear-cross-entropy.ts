import { invariant } from "../../lib/invariant";
import type { LowerContext, Op, Operand, WeightRef } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, type Value } from "../graph/value";
import { crossEntropyCall } from "./cross-entropy";
import { type Head, frozenHead, trainableHead } from "./head";

interface LinearCrossEntropyAttrs {
  /** The frozen head (vocabulary, hidden); null if the fourth input is a trainable head. */
  readonly weight: WeightRef | null;
  /** Whether the last two inputs are a low-rank update of the head. */
  readonly lowRank: boolean;
  /** Rows per chunk of logits; a multiple of 64. */
  readonly chunkRows: number;
  /** Index of the loss scale among the step scalars; null: the third input is a scale per row (S). */
  readonly scaleIndex: number | null;
  /** False omits the gradients: for evaluation, and for losses differentiated through another op. */
  readonly withGradient: boolean;
}

/** Maximum bytes of a chunk's logits. */
const MAX_LOGITS_BYTES = 64 * 2 ** 20;

/** Row stride of the logits, padded to a multiple of four for the vec4 kernels. */
function logitsStride(vocabulary: number): number {
  return Math.ceil(vocabulary / 4) * 4;
}

/** The largest chunk within the memory limit, at least 64 rows. */
export function lossChunkRows(rows: number, vocabulary: number): number {
  const most = Math.floor(MAX_LOGITS_BYTES / (4 * logitsStride(vocabulary)) / 64) * 64;
  return Math.min(Math.ceil(rows / 64) * 64, Math.max(64, most));
}

/**
 * Fused output head and cross-entropy, processed in chunks so that the full logits never exist. Per chunk: logits = h
 * Wᵀ (+ low upᵀ), then loss and dLogits in place, then dh = dLogits W and, if W is trainable, dW += dLogitsᵀ h;
 * likewise for low and up.
 *
 * Inputs: h (S, hidden), labels u32 (S; 0xffffffff is ignored), step scalars or scales (S), W (vocabulary, hidden) if trainable, and
 * for a low-rank update low (S, r) and up (vocabulary, r). Outputs: unscaled loss per row (S), gradient of h under the
 * scaled loss (S, hidden), the chunk's logits (chunk rows, padded vocabulary), and the gradients of a trainable W, of
 * low and of up. S is a multiple of 64. With gradients the upstream gradient is 1 by convention: the loss is the root
 * of the graph. Without, the backward pass computes the logits again, scaled per row by the upstream gradient.
 */
export const linearCrossEntropy: Op<LinearCrossEntropyAttrs> = {
  name: "linearCrossEntropy",
  infer: ([h, labels, , ...others], { weight, lowRank, chunkRows, withGradient }) => {
    const [hidden, targets] = [h as TensorType, labels as TensorType];
    const [rows = 0, columns] = hidden.shape;
    const head = weight ? [weight.rows, weight.columns] : (others[0]?.shape ?? []);
    const [vocabulary = 0, width] = head;
    invariant(
      columns === width && targets.shape[0] === rows && rows % 64 === 0,
      `linearCrossEntropy: ${formatShape(hidden.shape)}, labels ${formatShape(targets.shape)} and a head ${formatShape(head)} do not fit`,
    );
    const [low, up] = lowRank ? others.slice(-2) : [];
    invariant(
      low?.shape[1] === up?.shape[1] && (up?.shape[0] ?? vocabulary) === vocabulary,
      `linearCrossEntropy: an update ${formatShape(low?.shape ?? [])} times ${formatShape(up?.shape ?? [])} does not fit`,
    );
    const outputs = [f32(rows), hidden, f32(Math.min(chunkRows, rows), logitsStride(vocabulary))];
    return withGradient ? [...outputs, ...others] : outputs;
  },
  vjp: ({ graph, attrs, inputs, outputs, gradOutputs: [scales] }) => {
    const backward = { ...attrs, scaleIndex: null, withGradient: true };
    const [h, labels, , ...trained] = inputs as [Value, Value, Value, ...Value[]];
    const [, hidden, , ...others] =
      attrs.withGradient || !scales
        ? outputs
        : graph.applyAll(linearCrossEntropy, [h, labels, scales, ...trained], backward);
    return [hidden as Value, null, null, ...others];
  },
  lower: (context) => {
    const { attrs, inputs, outputs } = context;
    const [h, , , ...others] = inputs as [Value, Value, Value, ...Value[]];
    const [, dh, , ...gradients] = outputs as [Value, Value, Value, ...Value[]];
    const head = attrs.weight
      ? frozenHead(context, attrs.weight)
      : trainableHead(context, others[0] as Value, gradients[0] ?? null);
    const terms: Term[] = [{ head, x: h, dx: dh }];
    if (attrs.lowRank) {
      const [low, up] = others.slice(-2) as [Value, Value];
      const [dx = null, dUp = null] = gradients.slice(-2);
      terms.push({ head: trainableHead(context, up, dUp), x: low, dx });
    }
    const rows = h.type.shape[0] ?? 0;
    for (let start = 0; start < rows; start += attrs.chunkRows) {
      lowerChunk(context, terms, start, Math.min(attrs.chunkRows, rows - start));
    }
  },
};

/** A summand of the logits: x times a head, with the destination of x's gradient. */
interface Term {
  readonly head: Head;
  readonly x: Value;
  readonly dx: Value | null;
}

function lowerChunk(
  context: LowerContext<LinearCrossEntropyAttrs>,
  terms: readonly Term[],
  start: number,
  rows: number,
): void {
  const { attrs, inputs, outputs, dispatch } = context;
  const [, labels, scales] = inputs as [Value, Value, Value];
  const [loss, , logits] = outputs as [Value, Value, Value];
  const vocabulary = terms[0]?.head.vocabulary ?? 0;
  const stretch = (value: Value): Operand => {
    const width = elementCount(value.type.shape) / (value.type.shape[0] ?? 1);
    return { value, first: start * width, count: rows * width };
  };
  const stride = logitsStride(vocabulary);
  const chunk: Operand = { value: logits, first: 0, count: rows * stride };
  for (const [index, { head, x }] of terms.entries()) head.logits(stretch(x), chunk, rows, stride, index > 0);
  dispatch(
    crossEntropyCall(
      {
        rows,
        columns: vocabulary,
        stride,
        scaleIndex: attrs.scaleIndex,
        withGradient: attrs.withGradient,
        operands: [
          stretch(labels),
          attrs.scaleIndex === null ? stretch(scales) : scales,
          chunk,
          stretch(loss),
        ],
      },
      context.tuning,
    ),
  );
  if (!attrs.withGradient) return;
  for (const { head, x, dx } of terms) {
    if (dx) head.hiddenGradient(chunk, stretch(dx), rows, stride);
    head.weightGradient?.(chunk, stretch(x), rows, stride, start > 0);
  }
}
