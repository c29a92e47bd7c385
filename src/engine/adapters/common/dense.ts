import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type TensorType, type Value } from "../../graph/value";
import { addBias } from "../../ops/add-bias";
import { matmul } from "../../ops/matmul";
import type { HostTensor, ParameterSpec, Random } from "./method";

/** A dense layer like PyTorch's Linear, named by module path. */
export interface DenseLayer {
  readonly name: string;
  readonly outFeatures: number;
  readonly inFeatures: number;
  readonly frozen?: boolean;
}

/** `count` samples of `draw`. */
export function fill(count: number, draw: () => number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, draw);
}

/** Samples from U(±bound). */
export function uniform(random: Random, count: number, bound: number): Float32Array<ArrayBuffer> {
  return fill(count, () => (2 * random.uniform() - 1) * bound);
}

/** Weight and bias initialised like PyTorch's Linear, U(±1/√in), or U(±bound) if given (0: zeros). */
export function denseParameters(
  { name, outFeatures, inFeatures }: DenseLayer,
  bound = 1 / Math.sqrt(inFeatures),
): ParameterSpec[] {
  return [
    {
      name: `${name}.weight`,
      shape: [outFeatures, inFeatures],
      init: ({ random }) => uniform(random, outFeatures * inFeatures, bound),
    },
    {
      name: `${name}.bias`,
      shape: [outFeatures],
      init: ({ random }) => uniform(random, outFeatures, bound),
    },
  ];
}

/** y = x Wᵀ + b: (…, in) -> (…, out). */
export function dense(graph: Graph, layer: DenseLayer, x: Value): Value {
  const { name, outFeatures, inFeatures, frozen = false } = layer;
  const leaf = (part: string, type: TensorType): Value =>
    frozen ? graph.fixed(`${name}.${part}`, type) : graph.parameter(`${name}.${part}`, type);
  const product = graph.apply(matmul, [x, leaf("weight", f32(outFeatures, inFeatures))], {
    form: "nt",
    alpha: 1,
  });
  return graph.apply(addBias, [product, leaf("bias", f32(outFeatures))], {});
}

/** {@link dense} on the host, accumulated in float64: (rows, in) -> (rows, out). */
export function hostDense(
  trained: ReadonlyMap<string, HostTensor>,
  { name, outFeatures, inFeatures }: DenseLayer,
  x: HostTensor,
): HostTensor {
  const weight = defined(trained.get(`${name}.weight`), `${name}.weight`);
  const bias = defined(trained.get(`${name}.bias`), `${name}.bias`);
  const product = hostMatmul(x, weight.data, outFeatures, inFeatures);
  return {
    shape: product.shape,
    data: product.data.map((sum, i) => sum + (bias.data[i % outFeatures] ?? 0)),
  };
}

/** x Wᵀ on the host, accumulated in float64: (rows, in) -> (rows, out). */
export function hostMatmul(
  x: HostTensor,
  weight: ArrayLike<number>,
  outFeatures: number,
  inFeatures: number,
): HostTensor {
  const rows = x.shape[0] ?? 0;
  const data = new Float32Array(rows * outFeatures);
  for (let row = 0; row < rows; row++) {
    for (let out = 0; out < outFeatures; out++) {
      let sum = 0;
      for (let i = 0; i < inFeatures; i++) {
        sum += (x.data[row * inFeatures + i] ?? 0) * (weight[out * inFeatures + i] ?? 0);
      }
      data[row * outFeatures + out] = sum;
    }
  }
  return { shape: [rows, outFeatures], data };
}

/** Maps each element of a host tensor. */
export function hostMap({ shape, data }: HostTensor, apply: (x: number) => number): HostTensor {
  return { shape, data: data.map(apply) };
}
