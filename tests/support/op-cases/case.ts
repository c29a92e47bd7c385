import type { Gpu } from "../../../src/engine/gpu/device";
import type { Graph } from "../../../src/engine/graph/graph";
import type { Tuning } from "../../../src/engine/graph/op";
import { checkOp, type OpCase, traceOp } from "../check-op";
import { fixedTuning } from "../run-graph";

/** One check of one or more ops: what it traces is known without a GPU, so that a test can see which ops are covered. */
export interface RegisteredCase {
  readonly name: string;
  trace(): Graph;
  check(gpu: Gpu): Promise<void>;
}

/** f32 rounding of a few operations in a row. */
const TOLERANCE = 1e-6;

/**
 * Which GPUs' kernel variants to run: those of GPUs, of software GPUs, or of software GPUs without
 * subgroups, which need barriers. The machine's own where nothing is said.
 */
export type Variants = "gpu" | "software" | "barriers";

/** The tuning that takes those variants. */
export function variantTuning(gpu: Gpu, variants: Variants): Tuning {
  const tuning = fixedTuning(gpu);
  const has: Tuning["has"] = (feature) => variants !== "barriers" && tuning.has(feature);
  return { ...tuning, software: variants !== "gpu", has };
}

/** A case that compares forward and gradients with a float64 reference. */
export function opCase<A>(options: OpCase<A>, variants?: Variants): RegisteredCase {
  const filled = { tolerance: TOLERANCE, gradTolerance: TOLERANCE, ...options };
  return {
    name: variants ? `${options.name} (${variants} variants)` : options.name,
    trace: () => traceOp(filled).graph,
    check: (gpu) => checkOp(gpu, filled, variants ? variantTuning(gpu, variants) : fixedTuning(gpu)),
  };
}
