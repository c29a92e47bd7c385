import { type Op, type StorageKind, storageKinds, type WeightRef } from "../graph/op";
import { f32, type Value } from "../graph/value";
import { flatGrid } from "../gpu/kernel";
import { weightLibraries } from "../kernels/storage";
import { rowKernels, type RowKernels } from "../kernels/variants";

interface RowSquaresAttrs {
  readonly weight: WeightRef;
}

function makeKernels(kind: StorageKind): RowKernels {
  return rowKernels(
    {
      shader: "rows/row_squares",
      params: { rows: "u32", columns: "u32", first_row: "u32", b_stride: "u32" },
      bindings: ["read_write", "read"],
    },
    (width) => [
      ...weightLibraries(kind, width),
      width === 4 ? "lib/weight_element_vec4" : "lib/weight_element_f32",
    ],
  );
}

const kernels = Object.fromEntries(storageKinds.map((kind) => [kind, makeKernels(kind)])) as Record<
  StorageKind,
  RowKernels
>;

/** Squared norm of each row of a dequantised frozen matrix (rows, columns) -> (rows). No inputs. */
export const rowSquares: Op<RowSquaresAttrs> = {
  name: "rowSquares",
  infer: (_, { weight }) => [f32(weight.rows)],
  lower: ({ attrs: { weight }, outputs, tuning, dispatch }) => {
    const { kernel, width } = kernels[weight.kind].choose(weight.columns, tuning);
    weight.shards.forEach((shard, index) => {
      dispatch({
        kernel,
        params: {
          rows: shard.rows,
          columns: weight.columns / width,
          first_row: shard.rowStart,
          b_stride: weight.columns,
        },
        operands: [outputs[0] as Value, { weight, shard: index }],
        grid: flatGrid(shard.rows),
      });
    });
  },
};
