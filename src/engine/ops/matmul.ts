import { invariant } from "../../lib/invariant";
import { f32, formatShape, type TensorType, type Value } from "../graph/value";
import type { Op } from "../graph/op";
import { dispatchGemm } from "../kernels/matmul";
import type { GemmForm } from "../kernels/matmul-variants";
import { matrixShape } from "./shapes";

interface MatmulAttrs {
  /**
   * - `nt`: C[m,n] = Σk A[m,k] B[n,k]
   * - `nn`: C[m,n] = Σk A[m,k] B[k,n]
   * - `tn`: C[m,n] = Σk A[k,m] B[k,n]
   */
  readonly form: GemmForm;
  /** Scale of the product. */
  readonly alpha: number;
}

function dimensions(a: TensorType, b: TensorType, form: GemmForm): { m: number; n: number; k: number } {
  const [left, right] = [matrixShape(a), matrixShape(b)];
  const [m, k] = form === "tn" ? [left.columns, left.rows] : [left.rows, left.columns];
  const [n, inner] = form === "nt" ? [right.rows, right.columns] : [right.columns, right.rows];
  invariant(k === inner, `matmul ${form}: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit`);
  return { m, n, k };
}

/** C = alpha · A B for two f32 values; leading dimensions of A fold into rows. */
export const matmul: Op<MatmulAttrs> = {
  name: "matmul",
  accumulates: true,
  infer: ([a, b], { form }) => {
    const [left, right] = [a as TensorType, b as TensorType];
    const { m, n } = dimensions(left, right, form);
    return [form === "tn" ? f32(m, n) : f32(...left.shape.slice(0, -1), n)];
  },
  vjp: ({ graph, attrs: { form, alpha }, inputs, gradOutputs, needs }) => {
    const [a, b] = inputs as [Value, Value];
    const [dC] = gradOutputs as [Value];
    const product = (left: Value, right: Value, kind: GemmForm, like: Value): Value =>
      graph.reshape(graph.apply(matmul, [left, right], { form: kind, alpha }), ...like.type.shape);
    const gradients = {
      nt: [() => product(dC, b, "nn", a), () => product(dC, a, "tn", b)],
      nn: [() => product(dC, b, "nt", a), () => product(a, dC, "tn", b)],
      tn: [() => product(b, dC, "nt", a), () => product(a, dC, "nn", b)],
    } as const;
    return gradients[form].map((make, index) => (needs[index] ? make() : null));
  },
  lower: (context) => {
    const { inputs, outputs, attrs } = context;
    const [a, b] = inputs as [Value, Value];
    const [c] = outputs as [Value];
    const { m, n, k } = dimensions(a.type, b.type, attrs.form);
    dispatchGemm(context, {
      form: attrs.form,
      m,
      n,
      k,
      kind: "f32",
      aStride: matrixShape(a.type).columns,
      bStride: matrixShape(b.type).columns,
      cStride: n,
      cOffset: 0,
      alpha: attrs.alpha,
      accumulate: context.accumulate,
      operands: [a, b, c],
    });
  },
};
