import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import type { Value } from "../../graph/value";
import type { BlockSpec, SublayerName } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { gelu } from "../../ops/gelu";
import { relu } from "../../ops/relu";
import { silu } from "../../ops/silu";
import { tanh } from "../../ops/tanh";
import { applyDropout } from "../../nn/step-scalars";
import { dense, type DenseLayer, fill, uniform } from "../common/dense";
import type { SublayerSite } from "../../nn/hooks";
import type { ParameterSpec } from "../common/method";

/** Adapter name used in tensor names; the library's files include it. */
export const ADAPTER_NAME = "luthier";

const MODULES: Readonly<Record<SublayerName, string>> = {
  attention: "attention_adapters",
  mlp: "output_adapters",
};

const ACTIVATIONS: Readonly<Record<string, (graph: Graph, x: Value) => Value>> = {
  relu: (graph, x) => graph.apply(relu, [x], {}),
  swish: (graph, x) => graph.apply(silu, [x], {}),
  gelu: (graph, x) => graph.apply(gelu, [x], { approximate: "none" }),
  tanh: (graph, x) => graph.apply(tanh, [x], {}),
};

/** Standard deviation of the library's "bert" initialisation. */
const BERT_DEVIATION = 0.02;

/** All bottlenecks of one adapter: one per chosen sub-layer of each block. */
export interface Bottlenecks {
  readonly sublayers: readonly SublayerName[];
  /** Whether the input is the sub-layer output plus the residual, or the output alone. */
  readonly includesResidual: boolean;
  readonly hidden: number;
  readonly width: number;
  readonly activation: string;
  readonly dropout: number;
  /** Prefix of every parameter name, for a frozen adapter inside another. */
  readonly prefix: string;
  readonly frozen: boolean;
}

interface Layers {
  readonly down: DenseLayer;
  readonly up: DenseLayer;
}

/** Applies an activation by the library's name. */
export function activate(graph: Graph, activation: string, x: Value): Value {
  return defined(ACTIVATIONS[activation], `activation ${activation}`)(graph, x);
}

/** Module path of a sub-layer's adapter in the library: its own module list, or the wrapped sub-layer. */
export function adapterModulePath({ path, sublayers }: BlockSpec, place: SublayerName): string {
  return sublayers?.[place] ?? `${path}.${MODULES[place]}`;
}

function layersAt(
  { prefix, frozen, hidden, width }: Bottlenecks,
  block: BlockSpec,
  place: SublayerName,
): Layers {
  const path = `${prefix}${adapterModulePath(block, place)}.adapters.${ADAPTER_NAME}`;
  return {
    down: { name: `${path}.adapter_down.0`, outFeatures: width, inFeatures: hidden, frozen },
    up: { name: `${path}.adapter_up`, outFeatures: hidden, inFeatures: width, frozen },
  };
}

/**
 * "bert": weights normal(0, 0.02). "mam_adapter": down-projection Kaiming uniform, up-projection zero. Biases are zero
 * in both.
 */
export function bottleneckParameters(
  bottlenecks: Bottlenecks,
  blocks: readonly BlockSpec[],
  start: "bert" | "mam_adapter",
): ParameterSpec[] {
  return blocks.flatMap((block) =>
    bottlenecks.sublayers.flatMap((place) => {
      const { down, up } = layersAt(bottlenecks, block, place);
      return [
        ...initialParameters(down, start),
        ...initialParameters(up, start === "bert" ? "bert" : "zero"),
      ];
    }),
  );
}

/** Parameters of a dense layer with zero bias and a normal(0, 0.02), Kaiming uniform or zero weight. */
export function initialParameters(
  { name, outFeatures, inFeatures }: DenseLayer,
  start: "bert" | "mam_adapter" | "zero",
): ParameterSpec[] {
  const count = outFeatures * inFeatures;
  return [
    {
      name: `${name}.weight`,
      shape: [outFeatures, inFeatures],
      init: ({ random }) => {
        if (start === "bert") return fill(count, () => BERT_DEVIATION * random.normal());
        if (start === "zero") return new Float32Array(count);
        return uniform(random, count, 1 / Math.sqrt(inFeatures));
      },
    },
    { name: `${name}.bias`, shape: [outFeatures], init: () => new Float32Array(outFeatures) },
  ];
}

/** Input of a bottleneck at a sub-layer: its output, with or without the residual. */
export function bottleneckInput({ includesResidual }: Bottlenecks, { y, withResidual }: SublayerSite): Value {
  return includesResidual ? withResidual(y) : y;
}

/** up(act(down(x))) at a sub-layer. */
export function bottleneckOutput(
  graph: Graph,
  bottlenecks: Bottlenecks,
  { block, place }: SublayerSite,
  x: Value,
): Value {
  const { down, up } = layersAt(bottlenecks, block, place);
  return dense(graph, up, activate(graph, bottlenecks.activation, dense(graph, down, x)));
}

/**
 * Adds the bottleneck's output to the sub-layer's.
 *
 * @param index identifies the adapter, so that each gets its own dropout mask; null disables dropout
 */
export function addBottleneck(
  graph: Graph,
  bottlenecks: Bottlenecks,
  site: SublayerSite,
  index: number | null,
): Value {
  const { layer, place, y } = site;
  if (!bottlenecks.sublayers.includes(place)) return y;
  const update = bottleneckOutput(graph, bottlenecks, site, bottleneckInput(bottlenecks, site));
  const number = 2 * layer + (place === "attention" ? 0 : 1) + DROPOUT_SITES * (index ?? 0);
  const kept = applyDropout(graph, update, index === null ? 0 : bottlenecks.dropout, number);
  return graph.apply(add, [y, kept], {});
}

/** Upper bound on the sub-layers of a model. */
const DROPOUT_SITES = 4096;
