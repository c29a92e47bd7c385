import type { Op } from "../graph/op";
import { f32, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid } from "../gpu/kernel";
import { multiply } from "./multiply";
import { requireShape } from "./shapes";

interface DoraGainAttrs {
  /** LoRA scale s in W + s·B A. */
  readonly scale: number;
}

const doraGainKernel = defineKernel({
  shader: "rows/dora_gain",
  entry: "element",
  params: { count: "u32", rank: "u32", scale: "f32" },
  bindings: ["read", "read", "read", "read", "read", "read_write", "read_write"],
});

/**
 * DoRA's per-row gain magnitude / |W + s·B A| (Liu et al. 2024, arXiv 2402.09353), with the norm treated as constant in
 * the gradient (section 4.3). B A is never materialised: per row, |W + s·B A|² = |W|² + 2s·⟨B, (A Wᵀ)ᵀ⟩ + s²·⟨B, B A
 * Aᵀ⟩.
 *
 * Inputs: magnitude (out), |W|² (out), A Wᵀ (r, out), B (out, r), B A Aᵀ (out, r). Outputs: gain (out), and 1 / norm
 * (out) for the gradient.
 */
export const doraGain: Op<DoraGainAttrs> = {
  name: "doraGain",
  infer: ([magnitude, squares, crossed, b, spread]) => {
    const [rows = 0, rank = 0] = (b as TensorType).shape;
    requireShape("doraGain", "the magnitude", magnitude, [rows]);
    requireShape("doraGain", "the squared length", squares, [rows]);
    requireShape("doraGain", "A W^T", crossed, [rank, rows]);
    requireShape("doraGain", "B A A^T", spread, [rows, rank]);
    return [f32(rows), f32(rows)];
  },
  vjp: ({ graph, outputs, gradOutputs: [dy], needs }) => {
    const inverse = outputs[1] as Value;
    return [needs[0] && dy ? graph.apply(multiply, [dy, inverse], {}) : null, null, null, null, null];
  },
  lower: ({ attrs: { scale }, inputs, outputs, dispatch }) => {
    const [rows = 0, rank = 0] = (inputs[3] as Value).type.shape;
    dispatch({
      kernel: doraGainKernel,
      params: { count: rows, rank, scale },
      operands: [...inputs, ...outputs],
      grid: elementGrid(rows),
    });
  },
};
