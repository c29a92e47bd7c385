import type { Grid } from "../gpu/kernel";
import type { KernelCall } from "./op";

/**
 * Work of one dispatch at most. An operating system's watchdog kills a GPU process whose dispatch takes about 2 s, and no
 * submit can be shorter than a dispatch: 0.6 s on a GPU of 13 GFLOP/s, and too much for a fast one to lose by it.
 */
export const MAX_DISPATCH_FLOPS = 8e9;

/** A call as one dispatch or, where that would be too long, as several that do a part of its grid each. */
export function cutCall(call: KernelCall, maxFlops = MAX_DISPATCH_FLOPS): readonly KernelCall[] {
  const { cut, flops = 0, grid } = call;
  if (!cut || flops <= maxFlops) return [call];
  const extent = grid[cut.axis];
  const most = Math.max(1, Math.floor((extent * maxFlops) / flops));
  const parts = Math.ceil(extent / most);
  return Array.from({ length: parts }, (_, part): KernelCall => {
    const first = part * most;
    const size = Math.min(most, extent - first);
    return {
      ...call,
      params: { ...call.params, [cut.param]: first },
      grid: grid.map((whole, axis) => (axis === cut.axis ? size : whole)) as unknown as Grid,
      flops: (flops * size) / extent,
    };
  });
}
