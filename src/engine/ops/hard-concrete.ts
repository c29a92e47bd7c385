import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, formatShape, sameShape, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";

/** Parameters of hard concrete gates. */
export interface GateShape {
  /** Stretch interval of the sigmoid before clamping to [0, 1]: `lower` < 0, `upper` > 1. */
  readonly lower: number;
  readonly upper: number;
}

interface HardConcreteAttrs extends GateShape {
  /** Whether to sample the gates, as in training. */
  readonly noisy: boolean;
  /** Distinguishes the gate sites of a graph. */
  readonly site: number;
  /** Index of the seed (u32 bits) in the step scalars. */
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
 * y = z ⊙ δ with an elementwise hard concrete gate z (Louizos et al. 2018, arXiv 1712.01312): z = clamp(s · (upper −
 * lower) + lower, 0, 1), s = σ(logit u + α), with u uniform by the step's seed, or ½ without noise.
 *
 * Inputs: δ, α of equal shape and, with noise, step scalars. Output: same shape.
 */
export const hardConcrete: Op<HardConcreteAttrs> = {
  name: "hardConcrete",
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
    // Without noise the seed is unused but its binding must still be bound.
    const [delta, alpha, step = alpha] = inputs as [Value, Value, Value?];
    const operands = [delta, alpha, step, ...outputs];
    dispatch({ kernel: forwardKernel, params, operands, grid: elementGrid(count) });
  },
};

/** Gradients dδ and dα of {@link hardConcrete} from δ, α, dy and, with noise, step scalars. */
export const hardConcreteBackward: Op<HardConcreteAttrs> = {
  name: "hardConcreteBackward",
  infer: ([delta, alpha]) => [delta as TensorType, alpha as TensorType],
  lower: ({ attrs, inputs, outputs, dispatch }) => {
    const count = elementCount((outputs[0] as Value).type.shape);
    const params = gateParams(attrs, count);
    const [delta, alpha, dy, step = alpha] = inputs as [Value, Value, Value, Value?];
    const operands = [delta, alpha, step, dy, ...outputs];
    dispatch({ kernel: backwardKernel, params, operands, grid: elementGrid(count) });
  },
};

/** Accumulates the gradient of weight · Σ σ(α − shift) into α's (the second input), in place. */
export const gatePenalty: Op<{ readonly weight: number; readonly shift: number }> = {
  name: "gatePenalty",
  effect: true,
  infer: () => [],
  lower: ({ attrs, inputs, dispatch }) => {
    const count = elementCount((inputs[0] as Value).type.shape);
    const params = { count, ...attrs };
    dispatch({ kernel: penaltyKernel, params, operands: inputs, grid: elementGrid(count) });
  },
};
