import { invariant } from "../../lib/invariant";
import type { Op } from "../graph/op";
import { elementCount, formatShape, sameShape, type TensorType, type Value } from "../graph/value";
import { elementGrid } from "../gpu/kernel";
import { elementKernels } from "../kernels/variants";

interface RopeAttrs {
  /** Rotates by the negative angle: the transpose, used for the gradient. */
  readonly inverse: boolean;
  /** Pairs are adjacent (2i, 2i + 1), as in GPT-J, instead of halves (i, i + R/2), as in Llama. */
  readonly interleaved: boolean;
}

const ropeKernels = elementKernels({
  shader: "attention/rope",
  params: {
    count: "u32",
    heads: "u32",
    head_width: "u32",
    pairs: "u32",
    table_rows: "u32",
    sign: "f32",
    interleaved: "u32",
  },
  bindings: ["read", "read", "read", "read", "read_write"],
});

/**
 * Rotary position embedding (arXiv 2104.09864): rotates each pair of a head's first R elements by the angle whose cos
 * and sin the tables hold for the position; other elements pass through.
 *
 * Inputs: x (B,T,H,D), positions u32 (B·T), cos and sin (P, R/2). Positions ≥ P are clamped to the last row.
 */
export const rope: Op<RopeAttrs> = {
  name: "rope",
  infer: (inputs) => {
    const [x, positions, cos, sin] = inputs as [TensorType, TensorType, TensorType, TensorType];
    const shapes = inputs.map((input) => formatShape(input.shape)).join(", ");
    const [batch, length, , width] = x.shape as [number, number, number, number];
    invariant(
      x.shape.length === 4 && positions.dtype === "u32" && elementCount(positions.shape) === batch * length,
      `rope: x (B,T,H,D) and u32 positions (B·T) do not fit: ${shapes}`,
    );
    invariant(
      sameShape(cos.shape, sin.shape) && 2 * (cos.shape[1] ?? Infinity) <= width,
      `rope: tables (P,R/2) do not fit: ${shapes}`,
    );
    return [x];
  },
  vjp: ({ graph, attrs, inputs, gradOutputs: [dy], needs }) => {
    const [, ...tables] = inputs;
    const dx =
      needs[0] && dy ? graph.apply(rope, [dy, ...tables], { ...attrs, inverse: !attrs.inverse }) : null;
    return [dx, null, null, null];
  },
  lower: ({ attrs, inputs, outputs, dispatch }) => {
    const [x, , cos] = inputs as [Value, Value, Value];
    const [batch, length, heads, headDim] = x.type.shape as [number, number, number, number];
    const [tableRows, pairs] = cos.type.shape as [number, number];
    // Interleaved pairs lie within one vec4, so use scalar loads.
    const { kernel, width } = ropeKernels.choose(attrs.interleaved ? 1 : pairs, headDim);
    // One invocation rotates a pair or copies an element outside the rotary dimensions.
    const count = (batch * length * heads * (headDim - pairs)) / width;
    const params = {
      count,
      heads,
      head_width: headDim / width,
      pairs: pairs / width,
      table_rows: tableRows,
      sign: attrs.inverse ? -1 : 1,
      interleaved: attrs.interleaved ? 1 : 0,
    };
    dispatch({ kernel, params, operands: [...inputs, ...outputs], grid: elementGrid(count) });
  },
};
