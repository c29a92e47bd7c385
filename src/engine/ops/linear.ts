import { invariant } from "../../lib/invariant";
import type { Op, Operand, WeightRef } from "../graph/op";
import { f32, formatShape, type TensorType, type Value } from "../graph/value";
import { dispatchGemm, type GemmProblem } from "../kernels/matmul";
import { type PanelContext, type WeightPanel, weightPanels } from "./weight-panels";
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
    const { accumulate } = context;
    const product = { weight: attrs.weight, x, y, rows: matrixShape(x.type).rows, accumulate };
    if (attrs.transposed) multiplyTransposed(context, product);
    else multiply(context, product);
  },
};

/** A product with a frozen matrix W (out, in) in a larger lowering. */
export interface FrozenProduct {
  readonly weight: WeightRef;
  readonly x: Operand;
  readonly y: Operand;
  readonly rows: number;
  /** Whether to add to y instead of overwriting it. */
  readonly accumulate: boolean;
  /** Row stride of the wide side, (rows, out), in elements; default: `weight.rows`. */
  readonly stride?: number;
}

/** y (rows, out) = x (rows, in) Wᵀ; each panel of W computes its own columns of y. */
export function multiply(context: PanelContext, product: FrozenProduct): void {
  const { weight, x, y, accumulate, stride = weight.rows } = product;
  multiplyPanels(context, product, (panel) => ({
    form: "nt",
    n: panel.rows,
    k: weight.columns,
    aStride: weight.columns,
    cStride: stride,
    cOffset: panel.rowStart,
    accumulate,
    operands: [x, panel.operand, y],
  }));
}

/** y (rows, in) = x (rows, out) W; each panel of W accumulates the contribution of its columns of x. */
export function multiplyTransposed(context: PanelContext, product: FrozenProduct): void {
  const { weight, x, y, rows, accumulate, stride = weight.rows } = product;
  multiplyPanels(context, product, (panel) => ({
    form: "nn",
    n: weight.columns,
    k: panel.rows,
    aStride: stride,
    cStride: weight.columns,
    cOffset: 0,
    accumulate: accumulate || panel.rowStart > 0,
    operands: [fromColumn(x, panel.rowStart, rows * stride), panel.operand, y],
  }));
}

/** Dispatches a product for each panel of W. */
function multiplyPanels(
  context: PanelContext,
  { weight, rows }: FrozenProduct,
  part: (panel: WeightPanel) => Omit<GemmProblem, "m" | "kind" | "bStride" | "alpha">,
): void {
  for (const panel of weightPanels(context, weight, rows)) {
    const shared = { m: rows, kind: panel.kind, bStride: weight.columns, alpha: 1 };
    dispatchGemm(context, { ...shared, ...part(panel) });
  }
}

/** The range of an operand of `count` elements that starts at a column. */
function fromColumn(x: Operand, column: number, count: number): Operand {
  if (column === 0 || "weight" in x) return x;
  const { value, first } = "value" in x ? x : { value: x, first: 0 };
  return { value, first: first + column, count: count - column };
}
