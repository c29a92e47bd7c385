import type { Grid } from "../gpu/kernel";
import type { KernelCall } from "./op";

/**
 * Maximum FLOPs of a dispatch. OS watchdogs reset the GPU after about 2 s, and a submit is at least one dispatch long:
 * 0.6 s at 13 GFLOP/s, yet large enough that splitting costs a fast GPU nothing.
 */
export const MAX_DISPATCH_FLOPS = 8e9;

/** Splits a call that exceeds `maxFlops` into several dispatches over parts of its grid. */
export function splitCall(call: KernelCall, maxFlops = MAX_DISPATCH_FLOPS): readonly KernelCall[] {
  const { split, flops = 0, work, grid } = call;
  if (!split || flops <= maxFlops) return [call];
  const extent = grid[split.axis];
  const most = Math.max(1, Math.floor((extent * maxFlops) / flops));
  const parts = Math.ceil(extent / most);
  return Array.from({ length: parts }, (_, part): KernelCall => {
    const first = part * most;
    const size = Math.min(most, extent - first);
    const fraction = size / extent;
    return {
      ...call,
      params: { ...call.params, [split.param]: first },
      grid: grid.map((whole, axis) => (axis === split.axis ? size : whole)) as unknown as Grid,
      flops: flops * fraction,
      ...(work && {
        work: { flops: work.flops * fraction, sharedBytes: work.sharedBytes * fraction },
      }),
      fraction,
    };
  });
}
