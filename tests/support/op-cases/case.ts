import type { Gpu } from "../../../src/engine/gpu/device";
import type { Graph } from "../../../src/engine/graph/graph";
import type { Tuning } from "../../../src/engine/graph/op";
import { checkOp, type OpCase, traceOp } from "../check-op";
import { fixedTuning } from "../run-graph";

/** A check of one or more ops. Its trace needs no GPU, so that a test can determine which ops are covered. */
export interface RegisteredCase {
  readonly name: string;
  trace(): Graph;
  check(gpu: Gpu): Promise<void>;
}

/** f32 rounding of a few chained operations. */
const TOLERANCE = 1e-6;

/**
 * Which kernel variants to run: for hardware GPUs, for software GPUs, or for software GPUs without subgroups, which
 * need barriers. Default: the machine's own.
 */
export type Variants = "gpu" | "software" | "barriers";

/** The tuning that selects those variants. */
export function variantTuning(gpu: Gpu, variants: Variants): Tuning {
  const tuning = fixedTuning(gpu);
  const has: Tuning["has"] = (feature) => variants !== "barriers" && tuning.has(feature);
  return { ...tuning, software: variants !== "gpu", has };
}

/** A case that compares forward pass and gradients with a float64 reference. */
export function opCase<A>(options: OpCase<A>, variants?: Variants): RegisteredCase {
  const filled = { tolerance: TOLERANCE, gradTolerance: TOLERANCE, ...options };
  return {
    name: variants ? `${options.name} (${variants} variants)` : options.name,
    trace: () => traceOp(filled).graph,
    check: (gpu) => checkOp(gpu, filled, variants ? variantTuning(gpu, variants) : fixedTuning(gpu)),
  };
}
