import { defined } from "../../../lib/invariant";
import { lohaFields } from "../../../shared/methods/loha";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { matmul } from "../../ops/matmul";
import { multiply } from "../../ops/multiply";
import { addProduct, updateWeight } from "../common/base-matrix";
import { definePeftConfig } from "../common/peft-config";
import {
  kaimingUniform,
  type LycorisLayer,
  lycorisConfig,
  lycorisFormat,
  lycorisHooks,
  lycorisLayers,
  readLycoris,
  lycorisValues,
  savedLycoris,
} from "./lycoris";
import { defineAdapter } from "../common/define-adapter";
import type { BaseChange, HostTensor, Method, ParameterSpec } from "../common/method";
import { OptionReader } from "../common/option-reader";

/** Factors of two low-rank products, (out, r) · (r, in) each. */
const FACTORS = ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"] as const;
type Factor = (typeof FACTORS)[number];

const savedLoha = definePeftConfig({
  className: "LoHaConfig",
  used: savedLycoris,
  noEffect: { start: ["init_weights"], "other-layers": ["use_effective_conv2d"] },
  refused: { modules_to_save: [] },
});

/**
 * LoHa (FedPara, Hyeon-Woo et al. 2022, arXiv 2108.06098): y = W x + b + ΔW x with ΔW = alpha / r · (w1_a w1_b) ⊙ (w2_a
 * w2_b), whose rank can reach r². w2_b starts at zero, the others Kaiming uniform. PEFT supports it on Linear layers
 * only, so it cannot load one for GPT-2's Conv1D.
 */
export const loha: Method = {
  peftType: "LOHA",
  bind(values, model) {
    const options = readLycoris(new OptionReader(lohaFields, values), model);
    const layers = new Map(lycorisLayers(options, model).map((layer) => [layer.layer.path, layer]));
    const drop = { ...options, rescale: true };
    return defineAdapter({
      parameters: [...layers.values()].flatMap((layer) => FACTORS.map((factor) => parameter(layer, factor))),
      hooks: (graph, mode) =>
        lycorisHooks(graph, layers, (layer, x) => update(graph, layer, x), mode === "train" ? drop : null),
      config: { peft_type: "LOHA", ...lycorisConfig(options, model), init_weights: true },
      ...lycorisFormat(layers),
      merge: (trained) => new Map([...layers.values()].map((layer) => mergeLayer(layer, trained))),
    });
  },
  peftKeys: savedLoha.keys,
  readConfig: (config) => lycorisValues(savedLoha.read(config)),
};

const nameOf = ({ layer }: LycorisLayer, factor: Factor): string =>
  `base_model.model.${layer.path}.${factor}`;

function shapeOf({ layer, rank }: LycorisLayer, factor: Factor): [number, number] {
  return factor.endsWith("_a") ? [layer.outFeatures, rank] : [rank, layer.inFeatures];
}

function parameter(layer: LycorisLayer, factor: Factor): ParameterSpec {
  const shape = shapeOf(layer, factor);
  const [rows, columns] = shape;
  return {
    name: nameOf(layer, factor),
    shape,
    init: ({ random }) =>
      factor === "hada_w2_b" ? new Float32Array(rows * columns) : kaimingUniform(random, rows, columns),
  };
}

/** x ΔWᵀ. Materialises both products and ΔW, each the size of the layer's weight. */
function update(graph: Graph, layer: LycorisLayer, x: Value): Value {
  const factor = (name: Factor): Value => graph.parameter(nameOf(layer, name), f32(...shapeOf(layer, name)));
  const product = (a: Factor, b: Factor, alpha: number): Value =>
    graph.apply(matmul, [factor(a), factor(b)], { form: "nn", alpha });
  const first = product("hada_w1_a", "hada_w1_b", layer.scale);
  const delta = graph.apply(multiply, [first, product("hada_w2_a", "hada_w2_b", 1)], {});
  return graph.apply(matmul, [x, delta], { form: "nt", alpha: 1 });
}

function mergeLayer(layer: LycorisLayer, trained: ReadonlyMap<string, HostTensor>): [string, BaseChange] {
  const values = (factor: Factor): Float32Array<ArrayBuffer> =>
    defined(trained.get(nameOf(layer, factor)), factor).data;
  const { outFeatures: rows, inFeatures: columns } = layer.layer;
  const product = (a: Factor, b: Factor, factor: number): Float32Array<ArrayBuffer> => {
    const matrix = new Float32Array(rows * columns);
    addProduct(matrix, values(a), values(b), { rows, rank: layer.rank, factor });
    return matrix;
  };
  const change: BaseChange = (base) =>
    updateWeight(layer.layer, base, (matrix) => {
      const first = product("hada_w1_a", "hada_w1_b", layer.scale);
      const second = product("hada_w2_a", "hada_w2_b", 1);
      for (let i = 0; i < matrix.length; i++) {
        matrix[i] = (matrix[i] ?? 0) + (first[i] ?? 0) * (second[i] ?? 0);
      }
    });
  return [`${layer.layer.path}.weight`, change];
}
