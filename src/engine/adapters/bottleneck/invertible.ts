import type { Graph } from "../../graph/graph";
import type { Value } from "../../graph/value";
import type { ModelSpec } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { scale } from "../../ops/scale";
import { concatColumns, splitColumns } from "../../ops/split-columns";
import { activate, ADAPTER_NAME, initialParameters } from "./bottleneck-layers";
import { dense, type DenseLayer } from "../common/dense";
import type { AdapterHooks } from "../../nn/hooks";
import type { ParameterSpec } from "../common/method";
import { optionError } from "../common/option-reader";

/** Coupling layer: two small networks, each transforming one half of a vector given the other. */
export interface Invertible {
  /** Widths of the halves. */
  readonly sizes: readonly [number, number];
  readonly activation: string;
  /** F maps the second half to the first, G the first to the second. */
  readonly f: Network;
  readonly g: Network;
}

type Network = readonly [inner: DenseLayer, outer: DenseLayer];

interface InvertibleOptions {
  readonly activation: string;
  /** Reduction factor of the hidden width relative to a half. */
  readonly factor: number;
  /** Prefix of every parameter name. */
  readonly prefix: string;
  readonly frozen: boolean;
}

/** Errors, at the field: a network of width zero, or embeddings whose width differs from the blocks'. */
export function invertible(
  { hiddenSize, prefix: base, projections, encoder }: ModelSpec,
  { activation, factor, prefix, frozen }: InvertibleOptions,
): Invertible {
  const field = "inv_adapter_reduction_factor";
  if (projections) throw optionError(field, { code: "config/embedding-width" });
  const first = Math.floor(hiddenSize / 2);
  const second = hiddenSize - first;
  const network = (name: "F" | "G", from: number, to: number): Network => {
    const width = Math.floor(from / factor);
    if (width < 1) throw optionError(field, { code: "config/invertible-width", numbers: from, factor });
    const path = `${prefix}${encoder ? `${encoder.path}.` : base}invertible_adapters.${ADAPTER_NAME}.${name}`;
    return [
      { name: `${path}.0`, outFeatures: width, inFeatures: from, frozen },
      { name: `${path}.2`, outFeatures: to, inFeatures: width, frozen },
    ];
  };
  return {
    sizes: [first, second],
    activation,
    f: network("F", second, first),
    g: network("G", first, second),
  };
}

/** Always the "bert" initialisation, whatever the bottlenecks use. */
export function invertibleParameters({ f, g }: Invertible): ParameterSpec[] {
  return [...f, ...g].flatMap((layer) => initialParameters(layer, "bert"));
}

/**
 * Additive coupling (Dinh et al. 2015, arXiv 1410.8516) after the embeddings, y1 = x1 + F(x2) and y2 = x2 + G(y1), and
 * its inverse before the head (MAD-X, Pfeiffer et al. 2020, arXiv 2005.00052).
 */
export function invertibleHooks(
  graph: Graph,
  part: Invertible,
): Required<Pick<AdapterHooks, "embedded" | "hidden">> {
  const network = ([inner, outer]: Network, x: Value): Value =>
    dense(graph, outer, activate(graph, part.activation, dense(graph, inner, x)));
  const halves = (x: Value): [Value, Value] =>
    graph.applyAll(splitColumns, [x], { sizes: part.sizes }) as [Value, Value];
  const whole = (first: Value, second: Value): Value =>
    graph.apply(concatColumns, [first, second], { sizes: part.sizes, places: [0, 1] });
  const less = (x: Value, share: Value): Value =>
    graph.apply(add, [x, graph.apply(scale, [share], { alpha: -1 })], {});
  return {
    embedded(x) {
      const [x1, x2] = halves(x);
      const y1 = graph.apply(add, [x1, network(part.f, x2)], {});
      return whole(y1, graph.apply(add, [x2, network(part.g, y1)], {}));
    },
    hidden(x) {
      const [x1, x2] = halves(x);
      const y2 = less(x2, network(part.g, x1));
      return whole(less(x1, network(part.f, y2)), y2);
    },
  };
}
