import { invariant } from "../../lib/invariant";
import type { Op, Operand, WeightRef } from "../graph/op";
import { f32, formatShape, type TensorType, type Value } from "../graph/value";
import { gemmCall } from "../kernels/matmul";
import { type PanelContext, weightPanels } from "./weight-panels";
import { matrixShape } from "./shapes";

interface LinearAttrs {
  readonly weight: WeightRef;
  /** False: y = x Wᵀ, (…, in) -> (…, out). True: y = x W, (…, out) -> (…, in), the gradient of the former. */
  readonly transposed: boolean;
}

/** Product with a frozen matrix W (out, in) in any storage format; W gets no gradient. */
export const linear: Op<LinearAttrs> = {
  name: "linear",
  accumulates: true,
  infer: ([x], { weight, transposed }) => {
    const { shape } = x as TensorType;
    const [from, to] = transposed ? [weight.rows, weight.columns] : [weight.columns, weight.rows];
    invariant(
      shape.at(-1) === from,
      `linear: ${formatShape(shape)} does not fit ${weight.name} ${formatShape([weight.rows, weight.columns])}`,
    );
    return [f32(...shape.slice(0, -1), to)];
  },
  vjp: ({ graph, attrs: { weight, transposed }, gradOutputs, needs }) => {
    const [gradient] = gradOutputs;
    return [
      needs[0] && gradient ? graph.apply(linear, [gradient], { weight, transposed: !transposed }) : null,
    ];
  },
  lower: (context) => {
    const { inputs, outputs, attrs } = context;
    const [x] = inputs as [Value];
    const [y] = outputs as [Value];
    const rows = matrixShape(x.type).rows;
    if (attrs.transposed) multiplyTransposed(context, attrs.weight, x, y, rows, context.accumulate);
    else multiply(context, attrs.weight, x, y, rows, context.accumulate);
  },
};

/**
 * y (rows, out) = x (rows, in) Wᵀ; each panel of W computes its own columns of y.
 *
 * @param stride row stride of y in elements
 */
export function multiply(
  context: PanelContext,
  weight: WeightRef,
  x: Operand,
  y: Operand,
  rows: number,
  accumulate: boolean,
  stride = weight.rows,
): void {
  for (const panel of weightPanels(context, weight, rows)) {
    context.dispatch(
      gemmCall(
        {
          form: "nt",
          m: rows,
          n: panel.rows,
          k: weight.columns,
          kind: panel.kind,
          aStride: weight.columns,
          bStride: weight.columns,
          cStride: stride,
          cOffset: panel.rowStart,
          alpha: 1,
          accumulate,
          operands: [x, panel.operand, y],
        },
        context.tuning,
      ),
    );
  }
}

/**
 * y (rows, in) = x (rows, out) W; each panel of W accumulates the contribution of its columns of x.
 *
 * @param stride row stride of x in elements
 */
export function multiplyTransposed(
  context: PanelContext,
  weight: WeightRef,
  x: Operand,
  y: Operand,
  rows: number,
  accumulate: boolean,
  stride = weight.rows,
): void {
  for (const panel of weightPanels(context, weight, rows)) {
    context.dispatch(
      gemmCall(
        {
          form: "nn",
          m: rows,
          n: weight.columns,
          k: panel.rows,
          kind: panel.kind,
          aStride: stride,
          bStride: weight.columns,
          cStride: weight.columns,
          cOffset: 0,
          alpha: 1,
          accumulate: accumulate || panel.rowStart > 0,
          operands: [fromColumn(x, panel.rowStart, rows * stride), panel.operand, y],
        },
        context.tuning,
      ),
    );
  }
}

/** The range of an operand of `count` elements that starts at a column. */
function fromColumn(x: Operand, column: number, count: number): Operand {
  if (column === 0 || "weight" in x) return x;
  const { value, first } = "value" in x ? x : { value: x, first: 0 };
  return { value, first: first + column, count: count - column };
}
