import type { Op } from "../graph/op";
import { f32, type TensorType, type Value } from "../graph/value";
import type { ParamValues } from "../gpu/kernel";
import { columnKernels, rowKernels } from "../kernels/variants";
import { matrixShape, requireShape } from "./shapes";
import { sumRows } from "./sum-rows";

type NoAttrs = Record<never, never>;

interface LayerNormAttrs {
  readonly epsilon: number;
}

const layerNormKernels = rowKernels({
  shader: "norm/layer_norm",
  params: { rows: "u32", columns: "u32", epsilon: "f32" },
  bindings: ["read", "read", "read", "read_write", "read_write"],
});

const layerNormBackwardKernels = rowKernels({
  shader: "norm/layer_norm_backward",
  params: { rows: "u32", columns: "u32", accumulate: "u32" },
  bindings: ["read", "read", "read", "read", "read_write"],
});

const layerNormWeightBackwardKernels = columnKernels({
  shader: "norm/layer_norm_weight_backward",
  params: { rows: "u32", columns: "u32", accumulate: "u32" },
  bindings: ["read", "read", "read", "read_write"],
});

/**
 * Layer normalisation (Ba et al. 2016, arXiv 1607.06450) over the last dimension: y = (x − mean) / √(variance +
 * epsilon) · w + b. Inputs: x (…, N), w (N), b (N). Outputs: y (…, N), and per row (mean, 1/√(variance + epsilon))
 * (rows, 2) for the gradients.
 */
export const layerNorm: Op<LayerNormAttrs> = {
  name: "layerNorm",
  infer: ([x, w, b]) => {
    const type = x as TensorType;
    const { rows, columns } = matrixShape(type);
    requireShape("layerNorm", "the weight", w, [columns]);
    requireShape("layerNorm", "the bias", b, [columns]);
    return [type, f32(rows, 2)];
  },
  vjp: ({ graph, inputs, outputs, gradOutputs: [dy], needs }) => {
    const [x, w] = inputs as [Value, Value];
    const statistics = outputs[1] as Value;
    if (!dy) return [null, null, null];
    return [
      needs[0] ? graph.apply(layerNormBackward, [dy, x, w, statistics], {}) : null,
      needs[1] ? graph.apply(layerNormWeightBackward, [dy, x, statistics], {}) : null,
      needs[2] ? graph.apply(sumRows, [dy], {}) : null,
    ];
  },
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    const params = (): ParamValues => ({ epsilon: attrs.epsilon });
    dispatch(layerNormKernels.call({ rows, columns, params, operands: [...inputs, ...outputs] }, tuning));
  },
};

/** Gradient of {@link layerNorm} with respect to x: dy, x (…, N), w (N), statistics (rows, 2) -> dx (…, N). */
export const layerNormBackward: Op<NoAttrs> = {
  name: "layerNormBackward",
  accumulates: true,
  infer: ([dy, x]) => {
    requireShape("layerNormBackward", "the gradient", dy, (x as TensorType).shape);
    return [dy];
  },
  lower: ({ inputs, outputs, accumulate, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    const params = (): ParamValues => ({ accumulate: accumulate ? 1 : 0 });
    const operands = [...inputs, ...outputs];
    dispatch(layerNormBackwardKernels.call({ rows, columns, params, operands }, tuning));
  },
};

/** Gradient of {@link layerNorm} with respect to w: dy, x (…, N), statistics (rows, 2) -> dw (N). */
export const layerNormWeightBackward: Op<NoAttrs> = {
  name: "layerNormWeightBackward",
  accumulates: true,
  infer: ([dy]) => [f32(matrixShape(dy as TensorType).columns)],
  lower: ({ inputs, outputs, accumulate, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    const params = (): ParamValues => ({ accumulate: accumulate ? 1 : 0 });
    const operands = [...inputs, ...outputs];
    dispatch(layerNormWeightBackwardKernels.call({ rows, columns, params, operands }, tuning));
  },
};
