import { defineKernel, elementGrid } from "../gpu/kernel";
import type { Op } from "../graph/op";
import { elementCount, f32, type Value } from "../graph/value";

interface AttentionSeedAttrs {
  /** Distinguishes dropout sites, as in dropout. */
  readonly site: number;
  /** Index of the seed (u32 bits) in the step scalars. */
  readonly seedIndex: number;
}

const attentionSeedKernel = defineKernel({
  shader: "attention/seed",
  entry: "element",
  includes: ["lib/element_f32", "lib/pcg"],
  params: { count: "u32", site: "u32", seed_index: "u32" },
  bindings: ["read", "read", "read_write"],
});

/**
 * Packs the input of attention's bias binding with dropout: the site's seed as two 16-bit numbers, then the bias.
 * Inputs: the step scalars, and the bias if any. Attention also takes the bias as an input, for its gradient.
 */
export const attentionSeed: Op<AttentionSeedAttrs> = {
  name: "attentionSeed",
  infer: ([, bias]) => [f32(2 + (bias ? elementCount(bias.shape) : 0))],
  vjp: ({ inputs }) => inputs.map(() => null),
  lower: ({ attrs: { site, seedIndex }, inputs, outputs, dispatch }) => {
    const [step, bias = step] = inputs as [Value, Value?];
    const [y] = outputs as [Value];
    const count = elementCount(y.type.shape);
    dispatch({
      kernel: attentionSeedKernel,
      params: { count, site, seed_index: seedIndex },
      // Without a bias its binding is unused but must be bound.
      operands: [step, bias, y],
      grid: elementGrid(count),
    });
  },
};
