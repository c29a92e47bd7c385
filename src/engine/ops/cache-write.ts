import { invariant } from "../../lib/invariant";
import type { GraphBuilder, Op } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

interface CacheWriteAttrs {
  /** Cache capacity P in positions per batch row. */
  readonly capacity: number;
}

const cacheWriteKernels = elementKernels({
  shader: "attention/cache_write",
  params: { count: "u32", length: "u32", capacity: "u32", width: "u32" },
  bindings: ["read", "read", "read_write"],
});

/**
 * Writes x (B,T,…) into the cache (B,P,…) that it is applied to in place: position t of row b goes to slot slots[b·T +
 * t] of row b. Slots ≥ P are skipped; other positions are unchanged. Use {@link writeCache}.
 */
export const cacheWrite: Op<CacheWriteAttrs> = {
  name: "cacheWrite",
  accumulates: true,
  infer: ([x, slots], { capacity }) => {
    const [values, places] = [x as TensorType, slots as TensorType];
    const [batch = 0, length = 0, ...rest] = values.shape;
    invariant(
      places.dtype === "u32" && elementCount(places.shape) === batch * length,
      `cacheWrite: slots ${formatShape(places.shape)} do not fit ${formatShape(values.shape)}`,
    );
    return [f32(batch, capacity, ...rest)];
  },
  lower: ({ attrs, inputs, outputs, accumulate, dispatch }) => {
    invariant(accumulate, "cacheWrite writes within a cache");
    const [x] = inputs as [Value];
    const [, length = 0, ...rest] = x.type.shape;
    const rowSize = elementCount(rest);
    const { kernel, width } = cacheWriteKernels.choose(rowSize);
    const count = elementCount(x.type.shape) / width;
    dispatch({
      kernel,
      params: { count, length, capacity: attrs.capacity, width: rowSize / width },
      operands: [...inputs, ...outputs],
      grid: elementGrid(count),
    });
  },
};

/** Writes x (B,T,KV,D) at `slots` u32 (B·T) of `cache` (B,P,KV,D). Read the cache through the returned value. */
export function writeCache(graph: GraphBuilder, x: Value, slots: Value, cache: Value): Value {
  return graph.applyInto(cacheWrite, [x, slots], { capacity: cache.type.shape[1] ?? 0 }, cache);
}
