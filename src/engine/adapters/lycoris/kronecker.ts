import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { matmul } from "../../ops/matmul";
import { transpose } from "../../ops/transpose";
import { addProduct, updateWeight } from "../common/base-matrix";
import { kaimingUniform, type LycorisLayer } from "./lycoris";
import type { BaseChange, HostTensor, ParameterSpec } from "../common/method";

/** A factor of a Kronecker product: a full matrix (rows, columns), or a product of two low-rank matrices. */
export interface KroneckerFactor {
  /** Name of the full matrix; low-rank parts append `_a` and `_b`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Rank of the decomposition; null for a full matrix. */
  readonly rank: number | null;
  /** Whether the factor starts at zero. */
  readonly zero: boolean;
}

/** ΔW = scale · left ⊗ right for a layer. */
export interface KroneckerLayer extends LycorisLayer {
  readonly left: KroneckerFactor;
  readonly right: KroneckerFactor;
}

/**
 * Factorises a size like PEFT and LyCORIS: a divisor is used as given; −1 finds the pair closest to the square root;
 * any other number selects the largest divisor up to it. The smaller factor comes first.
 */
export function factorise(size: number, factor: number): [number, number] {
  if (factor > 0 && size % factor === 0) return [factor, size / factor];
  const largest = factor === -1 ? size : factor;
  let [small, large] = [1, size];
  while (small < large) {
    let next = small + 1;
    while (size % next !== 0) next++;
    if (next + size / next > 1 + size || next > largest) break;
    [small, large] = [next, size / next];
  }
  return small > large ? [large, small] : [small, large];
}

/** Trainable tensors of a factor. A zero-initialised factor is zero as a whole or in its `zeroPart`. */
export function factorParameters(factor: KroneckerFactor, zeroPart: "_a" | "_b"): ParameterSpec[] {
  const tensor = (suffix: string, rows: number, columns: number): ParameterSpec => ({
    name: factor.name + suffix,
    shape: [rows, columns],
    init: ({ random }) =>
      factor.zero && (suffix === "" || suffix === zeroPart)
        ? new Float32Array(rows * columns)
        : kaimingUniform(random, rows, columns),
  });
  const { rows, columns, rank } = factor;
  return rank === null
    ? [tensor("", rows, columns)]
    : [tensor("_a", rows, rank), tensor("_b", rank, columns)];
}

/**
 * x ΔWᵀ for ΔW = scale · left ⊗ right without forming it: with each token's x as a matrix (left.columns, right.columns)
 * it is left · x · rightᵀ. x (T, in) -> (T, out).
 */
export function kroneckerUpdate(graph: Graph, layer: KroneckerLayer, x: Value): Value {
  const { left, right, scale } = layer;
  const tokens = x.type.shape[0] ?? 0;
  const product = (input: Value, weight: Value, alpha = 1): Value =>
    graph.apply(matmul, [input, weight], { form: "nt", alpha });
  const part = (factor: KroneckerFactor, suffix: string, rows: number, columns: number): Value =>
    graph.parameter(factor.name + suffix, f32(rows, columns));
  /** Multiplies rows by the transpose of a factor. */
  const through = (factor: KroneckerFactor, rows: Value, alpha: number): Value => {
    const { rank } = factor;
    if (rank === null) return product(rows, part(factor, "", factor.rows, factor.columns), alpha);
    const low = product(rows, part(factor, "_b", rank, factor.columns));
    return product(low, part(factor, "_a", factor.rows, rank), alpha);
  };
  const swap = (rows: Value, count: number, width: number): Value => {
    const blocks = graph.reshape(rows, tokens, count, width);
    return graph.reshape(graph.apply(transpose, [blocks], {}), tokens * width, count);
  };
  const inner = through(right, graph.reshape(x, tokens * left.columns, right.columns), 1);
  const outer = through(left, swap(inner, left.columns, right.rows), scale);
  return graph.reshape(swap(outer, right.rows, left.rows), tokens, left.rows * right.rows);
}

/** Merged weight of a layer. */
export function mergeKronecker(
  layer: KroneckerLayer,
  trained: ReadonlyMap<string, HostTensor>,
): [string, BaseChange] {
  const { left, right, scale } = layer;
  const columns = layer.layer.inFeatures;
  const change: BaseChange = (base) =>
    updateWeight(layer.layer, base, (matrix) => {
      const [a, b] = [factorMatrix(left, trained), factorMatrix(right, trained)];
      for (let i = 0; i < matrix.length; i++) {
        const [row, column] = [Math.floor(i / columns), i % columns];
        const outer = Math.floor(row / right.rows) * left.columns + Math.floor(column / right.columns);
        const inner = (row % right.rows) * right.columns + (column % right.columns);
        matrix[i] = (matrix[i] ?? 0) + scale * (a[outer] ?? 0) * (b[inner] ?? 0);
      }
    });
  return [`${layer.layer.path}.weight`, change];
}

function factorMatrix(
  factor: KroneckerFactor,
  trained: ReadonlyMap<string, HostTensor>,
): Float32Array<ArrayBuffer> {
  const values = (suffix: string): Float32Array<ArrayBuffer> =>
    defined(trained.get(factor.name + suffix), factor.name + suffix).data;
  const { rows, columns, rank } = factor;
  if (rank === null) return values("");
  const matrix = new Float32Array(rows * columns);
  addProduct(matrix, values("_a"), values("_b"), { rows, rank, factor: 1 });
  return matrix;
}
