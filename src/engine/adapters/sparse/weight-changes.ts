import { LuthierError } from "../../../lib/errors";
import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { type ModelSpec, linearLayers, type LinearSpec } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { matmul } from "../../ops/matmul";
import type { AdapterHooks } from "../../nn/hooks";
import type { BaseChange, HostTensor } from "../common/method";
import type { OptionReader } from "../common/option-reader";
import { matchTargets, parseTargets } from "../common/targets";

/** A weight matrix with elementwise changes; `rows` and `columns` in stored orientation. */
export interface SparseWeight {
  readonly layer: LinearSpec;
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/** Number of elements in a fraction of all weights; at least one. */
export function keptCount(weights: readonly SparseWeight[], share: number): number {
  const total = weights.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  return Math.max(1, Math.floor(share * total));
}

/** Weights selected by target_modules and exclude_modules; by default all linear layers. */
export function sparseWeights(reader: OptionReader, model: ModelSpec): SparseWeight[] {
  const targets = parseTargets(reader.text("target_modules")) ?? "all-linear";
  const excluded = parseTargets(reader.text("exclude_modules"), "exclude_modules");
  return matchTargets({ targets, excluded }, linearLayers(model)).map((layer) => {
    const { path, inFeatures, outFeatures, conv1d } = layer;
    const [rows, columns] = conv1d ? [inFeatures, outFeatures] : [outFeatures, inFeatures];
    return { layer, name: `${path}.weight`, rows, columns };
  });
}

/** Name of the parameter with a weight's difference from the base. */
export function deltaName({ name }: SparseWeight): string {
  return `${name}.delta`;
}

/** y = W x + b + Δ x, with Δ from `delta`. */
export function sparseHooks(
  graph: Graph,
  weights: readonly SparseWeight[],
  delta: (weight: SparseWeight, index: number) => Value,
): AdapterHooks {
  const places = new Map(weights.map((weight, index) => [weight.layer.path, { weight, index }]));
  return {
    linear: ({ layer, x, multiply, addBias }) => {
      const y = addBias(multiply(x));
      const place = places.get(layer.path);
      if (!place) return y;
      const form = layer.conv1d ? "nn" : "nt";
      const change = graph.apply(matmul, [x, delta(place.weight, place.index)], { form, alpha: 1 });
      return graph.apply(add, [y, change], {});
    },
  };
}

/** Δ as a trainable parameter. */
export function deltaParameter(graph: Graph, weight: SparseWeight): Value {
  return graph.parameter(deltaName(weight), f32(weight.rows, weight.columns));
}

/** Merging adds the differences. */
export function mergeSparse(
  weights: readonly SparseWeight[],
  deltaOf: (weight: SparseWeight) => HostTensor,
): Map<string, BaseChange> {
  return new Map(
    weights.map((weight): [string, BaseChange] => [
      weight.name,
      ({ shape, data }) => {
        const delta = deltaOf(weight).data;
        return { shape, data: data.map((value, i) => value + (delta[i] ?? 0)) };
      },
    ]),
  );
}

/**
 * Changed elements in sparse form: for each weight `.indices` (2, n), rows and columns as integers, and `.values` (n),
 * the differences. Unchanged weights are omitted.
 */
export function sparseTensors(
  weights: readonly SparseWeight[],
  deltaOf: (weight: SparseWeight) => HostTensor,
): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const weight of weights) {
    const { data } = deltaOf(weight);
    const places = Uint32Array.from(data.keys()).filter((place) => data[place] !== 0);
    const count = places.length;
    if (count === 0) continue;
    const indices = new Float32Array(2 * count);
    places.forEach((place, i) => {
      indices[i] = Math.floor(place / weight.columns);
      indices[count + i] = place % weight.columns;
    });
    const values = Float32Array.from(places, (place) => data[place] ?? 0);
    tensors.set(`${weight.name}.indices`, { shape: [2, count], data: indices });
    tensors.set(`${weight.name}.values`, { shape: [count], data: values });
  }
  return tensors;
}

/**
 * Differences of all weights, as written by {@link sparseTensors}. Errors: a file that is damaged or belongs to another
 * model.
 */
export function readSparse(
  weights: readonly SparseWeight[],
  saved: ReadonlyMap<string, HostTensor>,
): Map<string, HostTensor> {
  const known = new Set(weights.flatMap(({ name }) => [`${name}.indices`, `${name}.values`]));
  const unknown = [...saved.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) throw new LuthierError({ code: "adapter/untargeted-tensor", tensor: unknown });
  return new Map(
    weights.map((weight) => {
      const { name, rows, columns } = weight;
      const data = new Float32Array(rows * columns);
      const indices = saved.get(`${name}.indices`)?.data ?? new Float32Array(0);
      const values = saved.get(`${name}.values`)?.data ?? new Float32Array(0);
      if (indices.length !== 2 * values.length)
        throw new LuthierError({ code: "adapter/index-count", tensor: `${name}.indices` });
      values.forEach((value, i) => {
        const [row, column] = [defined(indices[i], "row"), defined(indices[values.length + i], "column")];
        const isInside = Number.isInteger(row) && Number.isInteger(column) && row >= 0 && column >= 0;
        if (!isInside || row >= rows || column >= columns)
          throw new LuthierError({ code: "adapter/index-range", tensor: `${name}.indices`, rows, columns });
        data[row * columns + column] = value;
      });
      return [deltaName(weight), { shape: [rows, columns], data }];
    }),
  );
}
