import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, f32, formatShape, sameShape, type TensorType, type Value } from "../graph/value";
import { copyBlockCall } from "./copy-block";

/** Elements per batch entry. */
function entrySize({ type }: Value): number {
  return elementCount(type.shape.slice(1));
}

/** Concatenates a (B, n, …) and b (B, T, …) along axis 1 -> (B, n + T, …). */
export const concatRows: Op<Record<never, never>> = {
  name: "concatRows",
  infer: ([a, b]) => {
    const [first, second] = [a as TensorType, b as TensorType];
    const [batch = 0, front = 0, ...rest] = first.shape;
    invariant(
      second.shape[0] === batch && sameShape(second.shape.slice(2), rest),
      `concatRows: ${formatShape(first.shape)} and ${formatShape(second.shape)} do not fit`,
    );
    return [f32(batch, front + (second.shape[1] ?? 0), ...rest)];
  },
  vjp: ({ graph, inputs, gradOutputs: [dy], needs }) => {
    let start = 0;
    return inputs.map((input, index) => {
      const length = input.type.shape[1] ?? 0;
      const attrs = { start, length };
      start += length;
      return needs[index] && dy ? graph.apply(sliceRows, [dy], attrs) : null;
    });
  },
  lower: ({ inputs, outputs, dispatch }) => {
    const [y] = outputs as [Value];
    let targetOffset = 0;
    for (const input of inputs) {
      const width = entrySize(input);
      const rows = input.type.shape[0] ?? 0;
      const copy = {
        rows,
        width,
        sourceStride: width,
        sourceOffset: 0,
        targetStride: entrySize(y),
        targetOffset,
      };
      dispatch(copyBlockCall(copy, input, y));
      targetOffset += width;
    }
  },
};

/** Slices `start` … `start + length` of axis 1: the gradient of {@link concatRows}. Not differentiable. */
export const sliceRows: Op<{ readonly start: number; readonly length: number }> = {
  name: "sliceRows",
  infer: ([x], { start, length }) => {
    const [batch = 0, total = 0, ...rest] = (x as TensorType).shape;
    invariant(start + length <= total, `sliceRows: ${start} + ${length} is past ${total}`);
    return [f32(batch, length, ...rest)];
  },
  lower: ({ inputs, outputs, attrs, dispatch }) => {
    const [x] = inputs as [Value];
    const [y] = outputs as [Value];
    const [rows = 0, , ...rest] = x.type.shape;
    const width = entrySize(y);
    const sourceOffset = attrs.start * elementCount(rest);
    const copy = {
      rows,
      width,
      sourceStride: entrySize(x),
      sourceOffset,
      targetStride: width,
      targetOffset: 0,
    };
    dispatch(copyBlockCall(copy, x, y));
  },
};
