import type { KernelCall, LowerContext, Op, Tuning } from "../graph/op";
import { elementCount, f32, type TensorType, type Value } from "../graph/value";
import { rowKernels } from "../kernels/variants";

type NoAttrs = Record<never, never>;

const reduceSumKernels = rowKernels({
  shader: "optim/reduce_sum",
  entry: "own",
  params: { count: "u32", share: "u32", squares: "u32", accumulate: "u32" },
  bindings: ["read", "read_write"],
});

/** Elements per workgroup; longer inputs take two stages. */
const SHARE = 4096;

/** Maximum partial sums, which the second stage adds in one workgroup. */
const MAX_PARTS = 1024;

/** Σ x over all elements -> (1). */
export const reduceSum: Op<NoAttrs> = reduction("reduceSum", false);

/** Σ x² over all elements -> (1). */
export const sumSquares: Op<NoAttrs> = reduction("sumSquares", true);

/** A sum in at most two stages, the first parallel across workgroups. The second output holds the partial sums. */
function reduction(name: string, squares: boolean): Op<NoAttrs> {
  return {
    name,
    accumulates: true,
    infer: ([x]) => [f32(1), f32(partCount(elementCount((x as TensorType).shape)))],
    lower: (context) => lowerReduction(context, squares),
  };
}

function partCount(elements: number): number {
  return Math.min(MAX_PARTS, Math.max(1, Math.ceil(elements / SHARE)));
}

function lowerReduction(context: LowerContext<NoAttrs>, squares: boolean): void {
  const { inputs, outputs, accumulate, tuning, dispatch } = context;
  const [x] = inputs as [Value];
  const [sum, partials] = outputs as [Value, Value];
  const parts = elementCount(partials.type.shape);
  if (parts === 1) {
    dispatch(reductionCall(x, sum, 1, { tuning, squares, accumulate }));
    return;
  }
  dispatch(reductionCall(x, partials, parts, { tuning, squares, accumulate: false }));
  dispatch(reductionCall(partials, sum, 1, { tuning, squares: false, accumulate }));
}

interface ReductionOptions {
  readonly tuning: Tuning;
  readonly squares: boolean;
  readonly accumulate: boolean;
}

/** Sums x in `parts` partitions, one workgroup each. */
function reductionCall(x: Value, sums: Value, parts: number, options: ReductionOptions): KernelCall {
  const elements = elementCount(x.type.shape);
  const { kernel, width } = reduceSumKernels.choose(elements, options.tuning);
  const count = elements / width;
  return {
    kernel,
    params: {
      count,
      share: Math.ceil(count / parts),
      squares: options.squares ? 1 : 0,
      accumulate: options.accumulate ? 1 : 0,
    },
    operands: [x, sums],
    grid: [parts, 1, 1],
  };
}
