import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, formatShape, sameShape, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";

/** How gates open and shut. */
export interface GateShape {
  /** What the gate's logistic is stretched to before it is cut to 0 … 1: below 0 and above 1. */
  readonly lower: number;
  readonly upper: number;
}

interface HardConcreteAttrs extends GateShape {
  /** Whether noise moves the gates, as while they train. */
  readonly noisy: boolean;
  /** Tells apart the places of a graph that have gates. */
  readonly site: number;
  /** Place of the seed (u32 bits) among the step scalars. */
  readonly seedIndex: number;
}

const gateKernel = {
  entry: "element",
  includes: ["lib/element_f32", "lib/pcg", "lib/hard_concrete"],
  params: { count: "u32", site: "u32", seed_index: "u32", noisy: "u32", lower: "f32", upper: "f32" },
} as const;

const forwardKernel = defineKernel({
  ...gateKernel,
  shader: "gate/hard_concrete",
  bindings: ["read", "read", "read", "read_write"],
});

const backwardKernel = defineKernel({
  ...gateKernel,
  shader: "gate/hard_concrete_backward",
  bindings: ["read", "read", "read", "read", "read_write", "read_write"],
});

const penaltyKernel = defineKernel({
  shader: "gate/penalty",
  entry: "element",
  params: { count: "u32", weight: "f32", shift: "f32" },
  bindings: ["read", "read_write"],
});

function gateParams(attrs: HardConcreteAttrs, count: number): Record<string, number> {
  const { site, seedIndex, noisy, lower, upper } = attrs;
  return { count, site, seed_index: seedIndex, noisy: noisy ? 1 : 0, lower, upper };
}

/**
 * y = z ⊙ δ with a hard concrete gate z for each number (Louizos et al. 2018, arXiv 1712.01312):
 * z = clamp(s · (upper − lower) + lower, 0, 1), s = σ(logit u + α), u uniform by the step's seed, or ½ without noise.
 *
 * Inputs: δ, α of one shape and, with noise, step scalars. Output: that shape.
 */
export const hardConcrete: Op<HardConcreteAttrs> = {
  name: "hardConcrete",
  kernels: [forwardKernel],
  infer: ([delta, alpha]) => {
    const [values, gates] = [delta as TensorType, alpha as TensorType];
    invariant(
      sameShape(values.shape, gates.shape),
      `hardConcrete: ${formatShape(values.shape)} numbers have ${formatShape(gates.shape)} gates`,
    );
    return [values];
  },
  vjp: ({ graph, attrs, inputs, gradOutputs: [dy] }) => {
    if (!dy) return inputs.map(() => null);
    const [delta, alpha, ...step] = inputs as [Value, Value, ...Value[]];
    const gradients = graph.applyAll(hardConcreteBackward, [delta, alpha, dy, ...step], attrs);
    return [...gradients, ...step.map(() => null)];
  },
  lower: ({ attrs, inputs, outputs, dispatch }) => {
    const count = elementCount((outputs[0] as Value).type.shape);
    const params = gateParams(attrs, count);
    // Without noise nothing reads the seed; the binding wants a buffer all the same.
    const [delta, alpha, step = alpha] = inputs as [Value, Value, Value?];
    const operands = [delta, alpha, step, ...outputs];
    dispatch({ kernel: forwardKernel, params, operands, grid: elementGrid(count) });
  },
};

/** dδ and dα of {@link hardConcrete} from δ, α, dy and, with noise, step scalars. */
export const hardConcreteBackward: Op<HardConcreteAttrs> = {
  name: "hardConcreteBackward",
  kernels: [backwardKernel],
  infer: ([delta, alpha]) => [delta as TensorType, alpha as TensorType],
  lower: ({ attrs, inputs, outputs, dispatch }) => {
    const count = elementCount((outputs[0] as Value).type.shape);
    const params = gateParams(attrs, count);
    const [delta, alpha, dy, step = alpha] = inputs as [Value, Value, Value, Value?];
    const operands = [delta, alpha, step, dy, ...outputs];
    dispatch({ kernel: backwardKernel, params, operands, grid: elementGrid(count) });
  },
};

/** Adds the gradient of weight · Σ σ(α − shift) to that of α (the second input), in place. */
export const gatePenalty: Op<{ readonly weight: number; readonly shift: number }> = {
  name: "gatePenalty",
  kernels: [penaltyKernel],
  effect: true,
  infer: () => [],
  lower: ({ attrs, inputs, dispatch }) => {
    const count = elementCount((inputs[0] as Value).type.shape);
    const params = { count, ...attrs };
    dispatch({ kernel: penaltyKernel, params, operands: inputs, grid: elementGrid(count) });
  },
};
