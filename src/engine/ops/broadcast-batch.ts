import type { Op } from "../graph/op";
import { elementCount, f32, type TensorType, type Value } from "../graph/value";
import { copyBlockCall } from "./copy-block";
import { sumRows } from "./sum-rows";

/** Broadcasts x (…) over a new batch dimension -> (batch, …). */
export const broadcastBatch: Op<{ readonly batch: number }> = {
  name: "broadcastBatch",
  infer: ([x], { batch }) => [f32(batch, ...(x as TensorType).shape)],
  vjp: ({ graph, inputs, attrs, gradOutputs: [dy], needs }) => {
    if (!needs[0] || !dy) return [null];
    const { shape } = (inputs[0] as Value).type;
    const entries = graph.reshape(dy, attrs.batch, elementCount(shape));
    return [graph.reshape(graph.apply(sumRows, [entries], {}), ...shape)];
  },
  lower: ({ inputs, outputs, attrs, dispatch }) => {
    const [x] = inputs as [Value];
    const [y] = outputs as [Value];
    const width = elementCount(x.type.shape);
    const copy = {
      rows: attrs.batch,
      width,
      sourceStride: 0,
      sourceOffset: 0,
      targetStride: width,
      targetOffset: 0,
    };
    dispatch(copyBlockCall(copy, x, y));
  },
};
