import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import type { BlockSpec, SublayerName } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { matmul } from "../../ops/matmul";
import { multiplyColumn, rowDot } from "../../ops/row-dot";
import { softmax } from "../../ops/softmax";
import { concatColumns, splitColumns } from "../../ops/split-columns";
import { applyDropout } from "../../nn/step-scalars";
import {
  bottleneckOutput,
  type Bottlenecks,
  adapterModulePath,
  bottleneckInput,
  initialParameters,
} from "../bottleneck/bottleneck-layers";
import { dense, type DenseLayer } from "../common/dense";
import type { SublayerSite } from "../../nn/hooks";
import type { ParameterSpec } from "../common/method";

/** Fusion of several bottleneck adapters at each of their sub-layers. */
export interface FusionLayer {
  readonly adapters: readonly Bottlenecks[];
  readonly places: readonly SublayerName[];
  readonly hidden: number;
  /** Comma-separated names of the fused adapters. */
  readonly name: string;
  readonly dropout: number;
}

interface FusionNames {
  readonly query: DenseLayer;
  readonly key: DenseLayer;
  /** Weight of the value projection, which has no bias. */
  readonly value: string;
}

function namesAt({ name, hidden }: FusionLayer, block: BlockSpec, place: SublayerName): FusionNames {
  const path = `${adapterModulePath(block, place)}.adapter_fusion_layer.${name}`;
  const square = { outFeatures: hidden, inFeatures: hidden };
  return {
    query: { name: `${path}.query`, ...square },
    key: { name: `${path}.key`, ...square },
    value: `${path}.value.weight`,
  };
}

/** Query and key weights start normal(0, 0.02) with zero bias, values as the identity plus 1e-6 off the diagonal. */
export function fusionParameters(layer: FusionLayer, blocks: readonly BlockSpec[]): ParameterSpec[] {
  const { hidden } = layer;
  const identity = (): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: hidden * hidden }, (_, i) => (i % (hidden + 1) === 0 ? 1 : 1e-6));
  return blocks.flatMap((block) =>
    layer.places.flatMap((place) => {
      const { query, key, value } = namesAt(layer, block, place);
      const values: ParameterSpec = { name: value, shape: [hidden, hidden], init: identity };
      return [...initialParameters(query, "bert"), ...initialParameters(key, "bert"), values];
    }),
  );
}

/**
 * Fused sub-layer output: y + V Σ pᵢ uᵢ with p = softmax(q · kᵢ), where uᵢ are the adapters' outputs, q is computed
 * from their input and kᵢ from uᵢ. V and K are linear, so V is applied once to the sum, and K once to the query,
 * instead of once per adapter.
 */
export function fuse(graph: Graph, layer: FusionLayer, site: SublayerSite, trains: boolean): Value {
  const { block, place, y } = site;
  if (!layer.places.includes(place)) return y;
  const { adapters, hidden } = layer;
  // All adapters are of one kind and read the same input.
  const x = bottleneckInput(defined(adapters[0], "an adapter"), site);
  const outputs = adapters.map((adapter) => bottleneckOutput(graph, adapter, site, x));
  const names = namesAt(layer, block, place);
  const query = dense(graph, names.query, x);
  const weights = graph.apply(softmax, [scoresOf(graph, layer, site, names.key, query, outputs, trains)], {
    skipZeros: false,
  });
  const shares = graph.applyAll(splitColumns, [weights], { sizes: outputs.map(() => 1) });
  const mixed = outputs
    .map((output, index) => graph.apply(multiplyColumn, [output, shares[index] as Value], {}))
    .reduce((total, share) => graph.apply(add, [total, share], {}));
  const value = graph.parameter(names.value, f32(hidden, hidden));
  return graph.apply(add, [y, graph.apply(matmul, [mixed, value], { form: "nt", alpha: 1 })], {});
}

/** q · (K uᵢ + b) for each adapter i: (tokens, adapters). */
function scoresOf(
  graph: Graph,
  { hidden, dropout }: FusionLayer,
  { layer, place }: SublayerSite,
  key: DenseLayer,
  query: Value,
  outputs: readonly Value[],
  trains: boolean,
): Value {
  const weight = graph.parameter(`${key.name}.weight`, f32(hidden, hidden));
  const bias = graph.reshape(graph.parameter(`${key.name}.bias`, f32(hidden)), 1, hidden);
  const crossed = graph.apply(matmul, [query, weight], { form: "nn", alpha: 1 });
  const offset = graph.apply(matmul, [query, bias], { form: "nt", alpha: 1 });
  const scores = outputs.map((output) =>
    graph.apply(add, [graph.apply(rowDot, [crossed, output], {}), offset], {}),
  );
  const sizes = outputs.map(() => 1);
  const joined = graph.apply(concatColumns, scores, { sizes, places: sizes.map((_, index) => index) });
  return applyDropout(graph, joined, trains ? dropout : 0, 2 * layer + (place === "attention" ? 0 : 1));
}
