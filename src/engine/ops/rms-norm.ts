import type { Op } from "../graph/op";
import { f32, type TensorType, type Value } from "../graph/value";
import type { ParamValues } from "../gpu/kernel";
import { columnKernels, rowKernels } from "../kernels/variants";
import { matrixShape, requireShape } from "./shapes";

interface RmsNormAttrs {
  readonly epsilon: number;
  /** 1 if the weight is stored as an offset from one (Gemma), else 0. */
  readonly weightOffset: 0 | 1;
}

const rmsNormKernels = rowKernels({
  shader: "norm/rms_norm",
  params: { rows: "u32", columns: "u32", epsilon: "f32", weight_offset: "f32" },
  bindings: ["read", "read", "read_write", "read_write"],
});

const rmsNormBackwardKernels = rowKernels({
  shader: "norm/rms_norm_backward",
  params: { rows: "u32", columns: "u32", weight_offset: "f32", accumulate: "u32" },
  bindings: ["read", "read", "read", "read", "read_write"],
});

const rmsNormWeightBackwardKernels = columnKernels({
  shader: "norm/rms_norm_weight_backward",
  params: { rows: "u32", columns: "u32", accumulate: "u32" },
  bindings: ["read", "read", "read", "read_write"],
});

/**
 * RMSNorm (Zhang & Sennrich 2019, arXiv 1910.07467) over the last dimension: y = x / √(mean(x²) + epsilon) ·
 * (weightOffset + w). Inputs: x (…, N), w (N). Outputs: y (…, N), and 1/rms per row (rows) for the gradients.
 */
export const rmsNorm: Op<RmsNormAttrs> = {
  name: "rmsNorm",
  infer: ([x, w]) => {
    const type = x as TensorType;
    const { rows, columns } = matrixShape(type);
    requireShape("rmsNorm", "the weight", w, [columns]);
    return [type, f32(rows)];
  },
  vjp: ({ graph, attrs, inputs, outputs, gradOutputs: [dy], needs }) => {
    const [x, w] = inputs as [Value, Value];
    const inverseRms = outputs[1] as Value;
    if (!dy) return [null, null];
    const { weightOffset } = attrs;
    return [
      needs[0] ? graph.apply(rmsNormBackward, [dy, x, w, inverseRms], { weightOffset }) : null,
      needs[1] ? graph.apply(rmsNormWeightBackward, [dy, x, inverseRms], {}) : null,
    ];
  },
  lower: ({ attrs, inputs, outputs, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    const params = (): ParamValues => ({ epsilon: attrs.epsilon, weight_offset: attrs.weightOffset });
    dispatch(rmsNormKernels.call({ rows, columns, params, operands: [...inputs, ...outputs] }, tuning));
  },
};

/** Gradient of {@link rmsNorm} with respect to x: dy, x (…, N), w (N), 1/rms (rows) -> dx (…, N). */
export const rmsNormBackward: Op<Pick<RmsNormAttrs, "weightOffset">> = {
  name: "rmsNormBackward",
  accumulates: true,
  infer: ([dy, x]) => {
    requireShape("rmsNormBackward", "the gradient", dy, (x as TensorType).shape);
    return [dy];
  },
  lower: ({ attrs, inputs, outputs, accumulate, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    const params = (): ParamValues => ({
      weight_offset: attrs.weightOffset,
      accumulate: accumulate ? 1 : 0,
    });
    dispatch(
      rmsNormBackwardKernels.call({ rows, columns, params, operands: [...inputs, ...outputs] }, tuning),
    );
  },
};

/** Gradient of {@link rmsNorm} with respect to w: dy, x (…, N), 1/rms (rows) -> dw (N). */
export const rmsNormWeightBackward: Op<Record<never, never>> = {
  name: "rmsNormWeightBackward",
  accumulates: true,
  infer: ([dy]) => [f32(matrixShape(dy as TensorType).columns)],
  lower: ({ inputs, outputs, accumulate, tuning, dispatch }) => {
    const { rows, columns } = matrixShape((inputs[0] as Value).type);
    const params = (): ParamValues => ({ accumulate: accumulate ? 1 : 0 });
    const operands = [...inputs, ...outputs];
    dispatch(rmsNormWeightBackwardKernels.call({ rows, columns, params, operands }, tuning));
  },
};
