import { invariant } from "../../lib/invariant";
import type { KernelCall, LowerContext, Op, Operand } from "../graph/op";
import { elementCount, f32, formatShape, type TensorType, type Value } from "../graph/value";
import { defineKernel, elementGrid, type Kernel } from "../gpu/kernel";
import { dispatchGemm } from "../kernels/matmul";
import { type FastfoodKeys, fastfoodKeys, permutationRounds, permutationShift } from "./fastfood-random";
import { matrixShape } from "./shapes";
import { zeroCall } from "./zero";

/** A matrix W projected from a low-dimensional vector; see {@link fastfoodLinear}. */
export interface Projection {
  /** Seed (u32) of the random components; unique per matrix. */
  readonly seed: number;
  /** Stored shape of the matrix. */
  readonly rows: number;
  readonly columns: number;
}

interface FastfoodAttrs extends Projection {
  /** `nt`: y = x Wᵀ. `nn`: y = x W. */
  readonly form: "nt" | "nn";
}

/** Dimensions of a transform from `dimension` numbers to a matrix. */
export interface FastfoodSize {
  /** Transform length 2^bits, at least the size of either side. */
  readonly length: number;
  readonly bits: number;
  /** Scale that makes the projection of a unit vector have unit norm in expectation. */
  readonly alpha: number;
}

export function fastfoodSize(dimension: number, elements: number): FastfoodSize {
  const bits = Math.max(1, Math.ceil(Math.log2(Math.max(dimension, elements))));
  const length = 2 ** bits;
  return { length, bits, alpha: 1 / Math.sqrt(length * elements) };
}

const edgeKernel = defineKernel({
  shader: "fastfood/edge",
  entry: "element",
  includes: ["lib/element_f32", "lib/pcg"],
  params: { count: "u32", filled: "u32", sign_key: "u32", alpha: "f32" },
  bindings: ["read", "read_write"],
});

const mixKernel = defineKernel({
  shader: "fastfood/mix",
  entry: "element",
  includes: ["lib/element_f32", "lib/pcg"],
  params: {
    count: "u32",
    shift: "u32",
    word_0: "u32",
    word_1: "u32",
    word_2: "u32",
    word_3: "u32",
    factor_0: "u32",
    factor_1: "u32",
    factor_2: "u32",
    factor_3: "u32",
    normal_key: "u32",
    adjoint: "u32",
  },
  bindings: ["read", "read_write"],
});

const hadamardKernel = {
  entry: "element",
  params: { count: "u32", stride: "u32" },
  bindings: ["read_write"],
} as const;

/** Kernels by the number of index bits they transform per pass, ascending: registers hold 16 numbers. */
const hadamardKernels: readonly Kernel[] = [
  ...[1, 2, 3].map((bits) =>
    defineKernel({ ...hadamardKernel, shader: "fastfood/hadamard", defines: { RADIX: 2 ** bits } }),
  ),
  defineKernel({ ...hadamardKernel, shader: "fastfood/hadamard_16" }),
];

function edgeCall(
  [x, y]: readonly [Value, Value],
  sizes: { readonly count: number; readonly filled: number; readonly alpha: number },
  keys: FastfoodKeys,
): KernelCall {
  const params = { ...sizes, sign_key: keys.sign };
  return { kernel: edgeKernel, params, operands: [x, y], grid: elementGrid(sizes.count) };
}

function mixCall(
  operands: readonly [Value, Value],
  { length, bits }: FastfoodSize,
  keys: FastfoodKeys,
  adjoint: boolean,
): KernelCall {
  const rounds = permutationRounds(keys).flatMap(({ word, factor }, index) => [
    [`word_${index}`, word] as const,
    [`factor_${index}`, factor] as const,
  ]);
  const params = {
    count: length,
    shift: permutationShift(bits),
    ...Object.fromEntries(rounds),
    normal_key: keys.normal,
    adjoint: adjoint ? 1 : 0,
  };
  return { kernel: mixKernel, params, operands, grid: elementGrid(length) };
}

/** x = H x in place for 2^bits numbers. H is symmetric, hence its own adjoint. */
function hadamardCalls(x: Value, bits: number): KernelCall[] {
  const calls: KernelCall[] = [];
  for (let done = 0; done < bits;) {
    const digit = Math.min(hadamardKernels.length, bits - done);
    const count = 2 ** (bits - digit);
    const kernel = hadamardKernels[digit - 1];
    invariant(kernel, "a digit has a kernel");
    calls.push({ kernel, params: { count, stride: 2 ** done }, operands: [x], grid: elementGrid(count) });
    done += digit;
  }
  return calls;
}

/** Two scratch vectors of the transform's length. They differ in shape, since scratch is shared by type. */
function workVectors({ scratch }: LowerContext<unknown>, length: number): [Value, Value] {
  return [scratch(f32(length)), scratch(f32(1, length))];
}

/**
 * y = x Wᵀ (or x W) for W = P v with a Fastfood transform (Le et al. 2013, arXiv 1408.3060), as used by Aghajanyan et
 * al. 2020 (arXiv 2012.13255) to project a low-dimensional vector to a matrix: P v = α · (H G Π H B v)[: rows ·
 * columns], with B random signs, H the unnormalised Walsh–Hadamard transform of length L, Π a permutation and G
 * Gaussian. Random components are regenerated from the seed, and W is materialised per product and never kept.
 *
 * Inputs: x (…, columns) or (…, rows), v (d). Output: (…, rows) or (…, columns).
 */
export const fastfoodLinear: Op<FastfoodAttrs> = {
  name: "fastfoodLinear",
  accumulates: true,
  infer: ([x, v], { rows, columns, form }) => {
    const [from, to] = form === "nt" ? [columns, rows] : [rows, columns];
    const { shape } = x as TensorType;
    invariant(
      shape.at(-1) === from && v?.shape.length === 1,
      `fastfoodLinear: ${formatShape(shape)} and a vector ${formatShape(v?.shape ?? [])} do not fit ${rows} × ${columns}`,
    );
    return [f32(...shape.slice(0, -1), to)];
  },
  vjp: ({ graph, attrs, inputs, gradOutputs: [dy], needs }) => {
    const [x, v] = inputs as [Value, Value];
    if (!dy) return [null, null];
    const form = attrs.form === "nt" ? "nn" : "nt";
    const dimension = v.type.shape[0] ?? 0;
    return [
      needs[0] ? graph.apply(fastfoodLinear, [dy, v], { ...attrs, form }) : null,
      needs[1] ? graph.apply(fastfoodGradient, [dy, x], { ...attrs, dimension }) : null,
    ];
  },
  lower: (context) => {
    const { inputs, outputs, attrs, accumulate, dispatch } = context;
    const [x, v] = inputs as [Value, Value];
    const [y] = outputs as [Value];
    const elements = attrs.rows * attrs.columns;
    const dimension = elementCount(v.type.shape);
    const size = fastfoodSize(dimension, elements);
    const keys = fastfoodKeys(attrs.seed);
    const [first, second] = workVectors(context, size.length);
    dispatch(edgeCall([v, first], { count: size.length, filled: dimension, alpha: 1 }, keys));
    hadamardCalls(first, size.bits).forEach(dispatch);
    dispatch(mixCall([first, second], size, keys, false));
    hadamardCalls(second, size.bits).forEach(dispatch);
    const { rows: m, columns: k } = matrixShape(x.type);
    const n = attrs.form === "nt" ? attrs.rows : attrs.columns;
    const matrix: Operand = { value: second, first: 0, count: elements };
    const strides = { aStride: k, bStride: attrs.columns, cStride: n, cOffset: 0 };
    const problem = {
      form: attrs.form,
      kind: "f32",
      m,
      n,
      k,
      ...strides,
      alpha: size.alpha,
      accumulate,
    } as const;
    dispatchGemm(context, { ...problem, operands: [x, matrix, y] });
  },
};

/** Gradient of {@link fastfoodLinear} with respect to v: Pᵀ dW, from dy and x. */
export const fastfoodGradient: Op<FastfoodAttrs & { readonly dimension: number }> = {
  name: "fastfoodGradient",
  infer: (_, { dimension }) => [f32(dimension)],
  lower: (context) => {
    const { inputs, outputs, attrs, dispatch } = context;
    const [dy, x] = inputs as [Value, Value];
    const [dv] = outputs as [Value];
    const { rows, columns, dimension } = attrs;
    const elements = rows * columns;
    const size = fastfoodSize(dimension, elements);
    const keys = fastfoodKeys(attrs.seed);
    const [first, second] = workVectors(context, size.length);
    const [left, right] = attrs.form === "nt" ? [dy, x] : [x, dy];
    if (elements < size.length) dispatch(zeroCall(second));
    const strides = { aStride: rows, bStride: columns, cStride: columns, cOffset: 0 };
    const shape = { m: rows, n: columns, k: matrixShape(x.type).rows, ...strides };
    const problem = { form: "tn", kind: "f32", ...shape, alpha: size.alpha, accumulate: false } as const;
    const gradient: Operand = { value: second, first: 0, count: elements };
    dispatchGemm(context, { ...problem, operands: [left, right, gradient] });
    hadamardCalls(second, size.bits).forEach(dispatch);
    dispatch(mixCall([second, first], size, keys, true));
    hadamardCalls(first, size.bits).forEach(dispatch);
    dispatch(edgeCall([first, dv], { count: dimension, filled: dimension, alpha: 1 }, keys));
  },
};
