import { invariant } from "../../lib/invariant";
import { type Op, type StorageKind, storageKinds, type WeightRef } from "../graph/op";
import { elementCount, f32, type TensorType, type Value } from "../graph/value";
import { defineKernel, flatGrid, type Kernel } from "../gpu/kernel";
import { weightLibraries } from "../kernels/storage";
import { elementWidth, type Width } from "../kernels/variants";

interface EmbeddingAttrs {
  /** The frozen table (V, N). */
  readonly weight: WeightRef;
  /** Scale of the rows (Gemma: √N, others: 1). */
  readonly scale: number;
}

function makeKernel(kind: StorageKind, width: Width): Kernel {
  const element = width === 4 ? "vec4" : "f32";
  return defineKernel({
    shader: "embed/lookup",
    includes: [
      "lib/grid",
      `lib/element_${element}`,
      ...weightLibraries(kind, width),
      `lib/weight_element_${element}`,
    ],
    params: {
      count: "u32",
      columns: "u32",
      first_row: "u32",
      shard_rows: "u32",
      b_stride: "u32",
      scale: "f32",
    },
    bindings: ["read", "read", "read_write"],
  });
}

const kernels = Object.fromEntries(
  storageKinds.map((kind) => [kind, { 1: makeKernel(kind, 1), 4: makeKernel(kind, 4) }]),
) as Record<StorageKind, Record<Width, Kernel>>;

/**
 * Embedding lookup in a frozen table, dequantised and scaled: ids u32 (…) -> (…, N). The host guarantees that ids are
 * in range; rows of other ids are left unwritten. One dispatch per shard. Not differentiable.
 */
export const embedding: Op<EmbeddingAttrs> = {
  name: "embedding",
  infer: ([ids], { weight }) => {
    const { shape, dtype } = ids as TensorType;
    invariant(dtype === "u32", `embedding: ids of ${weight.name} are u32, got ${dtype}`);
    return [f32(...shape, weight.columns)];
  },
  lower: ({ attrs: { weight, scale }, inputs, outputs, dispatch }) => {
    const [ids] = inputs as [Value];
    const count = elementCount(ids.type.shape);
    const width = elementWidth(weight.columns);
    weight.shards.forEach((shard, index) => {
      dispatch({
        kernel: kernels[weight.kind][width],
        params: {
          count,
          columns: weight.columns / width,
          first_row: shard.rowStart,
          shard_rows: shard.rows,
          b_stride: weight.columns,
          scale,
        },
        operands: [ids, { weight, shard: index }, outputs[0] as Value],
        grid: flatGrid(count),
      });
    });
  },
};
