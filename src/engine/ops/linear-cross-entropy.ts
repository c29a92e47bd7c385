import { invariant } from "../../lib/invariant";
import type { LowerContext, Op, Operand, WeightRef } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, type Value } from "../graph/value";
import { crossEntropyCall } from "./cross-entropy";
import { type Head, frozenHead, trainableHead } from "./head";

interface LinearCrossEntropyAttrs {
  /** The frozen head (vocabulary, hidden); null where a fourth input is one that trains. */
  readonly weight: WeightRef | null;
  /** Rows whose logits exist at a time; a multiple of 64. */
  readonly chunkRows: number;
  /** Index of the loss scale among the step scalars. */
  readonly scaleIndex: number;
  /** False leaves the gradient out (evaluation). */
  readonly withGradient: boolean;
}

/** Logits of one chunk take at most this many bytes. */
const MAX_LOGITS_BYTES = 64 * 2 ** 20;

/** Elements from one row of logits to the next: padded to a multiple of four, which the fast kernels read at a time. */
function logitsStride(vocabulary: number): number {
  return Math.ceil(vocabulary / 4) * 4;
}

/** The largest chunk whose logits stay within their share of memory, or 64 rows where even these do not. */
export function lossChunkRows(rows: number, vocabulary: number): number {
  const most = Math.floor(MAX_LOGITS_BYTES / (4 * logitsStride(vocabulary)) / 64) * 64;
  return Math.min(Math.ceil(rows / 64) * 64, Math.max(64, most));
}

/**
 * Cross-entropy over the head without ever holding all logits: for each chunk of rows, logits = h Wᵀ, then loss and
 * logits' gradient in place, then the gradient of h = dLogits W, and where W trains dW += dLogitsᵀ h.
 *
 * Inputs: h (S, hidden), labels u32 (S; 0xffffffff counts nothing), step scalars, and W (vocabulary, hidden) where it
 * trains. Outputs: unscaled loss of each row (S), gradient of h under the scaled loss (S, hidden), the chunk's logits
 * (chunk rows, vocabulary padded), and the gradient of a W that trains. S is a multiple of 64. The upstream gradient is
 * 1 by convention: the loss is the root of the graph.
 */
export const linearCrossEntropy: Op<LinearCrossEntropyAttrs> = {
  name: "linearCrossEntropy",
  infer: ([h, labels, , trained], { weight, chunkRows, withGradient }) => {
    const [hidden, targets] = [h as TensorType, labels as TensorType];
    const [rows = 0, columns] = hidden.shape;
    const [vocabulary = 0, width] = weight ? [weight.rows, weight.columns] : (trained?.shape ?? []);
    invariant(
      columns === width && targets.shape[0] === rows && rows % 64 === 0,
      `linearCrossEntropy: ${formatShape(hidden.shape)}, labels ${formatShape(targets.shape)} and a head ${formatShape([vocabulary, width ?? 0])} do not fit`,
    );
    const outputs = [f32(rows), hidden, f32(Math.min(chunkRows, rows), logitsStride(vocabulary))];
    return trained && withGradient ? [...outputs, trained] : outputs;
  },
  vjp: ({ outputs: [, hidden, , weight] }) => [hidden as Value, null, null, weight ?? null],
  lower: (context) => {
    const { attrs, inputs, outputs } = context;
    const rows = (inputs[0] as Value).type.shape[0] ?? 0;
    const head = attrs.weight
      ? frozenHead(context, attrs.weight)
      : trainableHead(context, inputs[3] as Value, outputs[3] ?? null);
    for (let start = 0; start < rows; start += attrs.chunkRows) {
      lowerChunk(context, head, start, Math.min(attrs.chunkRows, rows - start));
    }
  },
};

function lowerChunk(
  context: LowerContext<LinearCrossEntropyAttrs>,
  head: Head,
  start: number,
  rows: number,
): void {
  const { attrs, inputs, outputs, dispatch } = context;
  const [h, labels, step] = inputs as [Value, Value, Value];
  const [loss, gradient, logits] = outputs as [Value, Value, Value];
  const stretch = (value: Value): Operand => {
    const width = elementCount(value.type.shape) / (value.type.shape[0] ?? 1);
    return { value, first: start * width, count: rows * width };
  };
  const stride = logitsStride(head.vocabulary);
  const chunk: Operand = { value: logits, first: 0, count: rows * stride };
  head.logits(stretch(h), chunk, rows, stride);
  dispatch(
    crossEntropyCall(
      {
        rows,
        columns: head.vocabulary,
        stride,
        scaleIndex: attrs.scaleIndex,
        withGradient: attrs.withGradient,
        operands: [stretch(labels), step, chunk, stretch(loss)],
      },
      context.tuning,
    ),
  );
  if (!attrs.withGradient) return;
  head.hiddenGradient(chunk, stretch(gradient), rows, stride);
  head.weightGradient?.(chunk, stretch(h), rows, stride, start > 0);
}
