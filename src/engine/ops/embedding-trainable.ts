import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, u32, type Value } from "../graph/value";
import { defineKernel, elementGrid, flatGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";
import { gatherRowsCall } from "./gather-rows";
import { zeroCall } from "./zero";

type NoAttrs = Record<never, never>;

interface TrainableAttrs {
  /** A row that gets no gradient: PyTorch's `padding_idx`. */
  readonly paddingRow?: number;
}

/** Matches no id. */
const NO_ROW = 0xffffffff;

const occurrencesKernel = defineKernel({
  shader: "embed/occurrences",
  entry: "element",
  params: { count: "u32" },
  bindings: ["read", "read_write"],
});

const embeddingBackwardKernels = elementKernels({
  shader: "embed/lookup_backward",
  entry: "own",
  includes: ["lib/grid"],
  params: { count: "u32", columns: "u32", rows: "u32", padding_row: "u32" },
  bindings: ["read", "read", "read", "read_write"],
});

/** Embedding lookup in a trainable table: ids u32 (R), table (V, N) -> (R, N). Ids ≥ V yield zeros. */
export const embeddingTrainable: Op<TrainableAttrs> = {
  name: "embeddingTrainable",
  infer: ([ids, table]) => {
    const [rows, values] = [ids as TensorType, table as TensorType];
    invariant(
      rows.dtype === "u32" && rows.shape.length === 1 && values.shape.length === 2,
      `embeddingTrainable: u32 ids (R) and a table (V, N) expected, got ${formatShape(rows.shape)} and ${formatShape(values.shape)}`,
    );
    return [f32(rows.shape[0] ?? 0, values.shape[1] ?? 0)];
  },
  vjp: ({ graph, attrs, inputs, gradOutputs: [dy], needs }) => {
    const [ids, table] = inputs as [Value, Value];
    if (!needs[1] || !dy) return [null, null];
    const rows = table.type.shape[0] ?? 0;
    const occurrences = graph.apply(idOccurrences, [ids], {});
    return [null, graph.apply(embeddingBackward, [dy, ids, occurrences], { ...attrs, rows })];
  },
  lower: ({ inputs, outputs, dispatch }) => {
    const [ids, table] = inputs as [Value, Value];
    dispatch(gatherRowsCall(table, ids, outputs[0] as Value));
  },
};

/**
 * For each position of ids (R): whether it is the first occurrence of its id, and the next occurrence (R if none) ->
 * u32 (R, 2).
 */
export const idOccurrences: Op<NoAttrs> = {
  name: "idOccurrences",
  infer: ([ids]) => [u32(elementCount((ids as TensorType).shape), 2)],
  lower: ({ inputs, outputs, dispatch }) => {
    const count = elementCount((inputs[0] as Value).type.shape);
    dispatch({
      kernel: occurrencesKernel,
      params: { count },
      operands: [...inputs, ...outputs],
      grid: elementGrid(count),
    });
  },
};

/**
 * Deterministic gradient of {@link embeddingTrainable} with respect to the table: dy (R, N), ids (R), occurrences (R,
 * 2).
 */
export const embeddingBackward: Op<TrainableAttrs & { readonly rows: number }> = {
  name: "embeddingBackward",
  accumulates: true,
  infer: ([dy], { rows }) => [f32(rows, (dy as TensorType).shape[1] ?? 0)],
  lower: ({ attrs, inputs, outputs, accumulate, dispatch }) => {
    const [dy] = inputs as [Value];
    const [dtable] = outputs as [Value];
    const [count = 0, columns = 0] = dy.type.shape;
    const { kernel, width } = embeddingBackwardKernels.choose(columns);
    if (!accumulate) dispatch(zeroCall(dtable));
    dispatch({
      kernel,
      params: {
        count,
        columns: columns / width,
        rows: attrs.rows,
        padding_row: attrs.paddingRow ?? NO_ROW,
      },
      operands: [...inputs, dtable],
      grid: flatGrid(count),
    });
  },
};
