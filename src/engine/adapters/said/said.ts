import { saidFields } from "../../../shared/methods/said";
import { defined } from "../../../lib/invariant";
import { pcg } from "../../../lib/pcg";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { type ModelSpec, linearLayers, type LinearSpec } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { fastfoodLinear, type Projection } from "../../ops/fastfood";
import { multiplyRow } from "../../ops/multiply";
import { projectVector } from "./fastfood";
import type { AdapterHooks, LinearSite } from "../../nn/hooks";
import { defineAdapter } from "../common/define-adapter";
import type { BaseChange, HostTensor, Method, ParameterSpec } from "../common/method";
import { optionError, OptionReader } from "../common/option-reader";
import { isLuthierConfig, luthierConfig, readLuthierOptions } from "../common/luthier-format";
import { matchTargets, parseTargets } from "../common/targets";

/** The trained vector; this and the per-layer factor are named as in the paper's code. */
const VECTOR = "intrinsic_parameter";
const factorName = ({ path }: LinearSpec): string => `${path}.intrinsic_said`;

/** A layer with its random projection, in the weight's stored orientation. */
interface SaidLayer extends Projection {
  readonly layer: LinearSpec;
}

interface Said {
  readonly layers: ReadonlyMap<string, SaidLayer>;
  readonly dimension: number;
  readonly structureAware: boolean;
}

/**
 * Intrinsic dimension with a Fastfood projection (Aghajanyan et al. 2020, arXiv 2012.13255): W_i + λ_i P_i v, where the
 * vector v, initially zero, is shared by all layers, and each has a factor λ_i, initially one (SAID; DID without
 * factors). Of the d trained parameters, v gets those not used by factors. Not in PEFT: the file holds v and λ, and the
 * config the seed of P.
 */
export const said: Method = {
  peftType: null,
  reads: (config) => isLuthierConfig("said", config),
  bind(values, model) {
    const reader = new OptionReader(saidFields, values);
    const method = readSaid(reader, model);
    return defineAdapter({
      parameters: saidParameters(method),
      hooks: (graph) => saidHooks(graph, method),
      format: "luthier",
      config: luthierConfig("said", {
        intrinsic_dimension: reader.number("intrinsic_dimension"),
        structure_aware: method.structureAware,
        target_modules: reader.text("target_modules") || model.loraTargets.join(", "),
        exclude_modules: reader.text("exclude_modules"),
        projection_seed: reader.number("projection_seed"),
      }),
      merge: (trained) =>
        new Map([...method.layers.values()].map((layer) => mergeLayer(layer, method, trained))),
    });
  },
  readConfig: (config) => readLuthierOptions(saidFields, config),
};

/** Errors: an invalid target, or a dimension too small for a factor per layer. */
function readSaid(reader: OptionReader, model: ModelSpec): Said {
  const targets = parseTargets(reader.text("target_modules")) ?? model.loraTargets;
  const excluded = parseTargets(reader.text("exclude_modules"), "exclude_modules");
  const seed = reader.number("projection_seed");
  const structureAware = reader.boolean("structure_aware");
  const chosen = matchTargets({ targets, excluded }, linearLayers(model));
  const inAll = reader.number("intrinsic_dimension");
  const dimension = structureAware ? inAll - chosen.length : inAll;
  if (dimension < 1) {
    const facts = { dimension: inAll, layers: chosen.length };
    throw optionError("intrinsic_dimension", { code: "config/intrinsic-dimension", ...facts });
  }
  const layers = chosen.map((layer, index): [string, SaidLayer] => {
    const { path, inFeatures, outFeatures, conv1d } = layer;
    const [rows, columns] = conv1d ? [inFeatures, outFeatures] : [outFeatures, inFeatures];
    return [path, { layer, rows, columns, seed: pcg((index ^ pcg(seed)) >>> 0) }];
  });
  return { layers: new Map(layers), dimension, structureAware };
}

function saidParameters({ layers, dimension, structureAware }: Said): ParameterSpec[] {
  const vector = { name: VECTOR, shape: [dimension], init: () => new Float32Array(dimension) };
  if (!structureAware) return [vector];
  const factors = [...layers.values()].map(({ layer }) => ({
    name: factorName(layer),
    shape: [1],
    init: () => Float32Array.of(1),
  }));
  return [vector, ...factors];
}

function saidHooks(graph: Graph, { layers, dimension, structureAware }: Said): AdapterHooks {
  /** λ v: P is linear, so scaling the vector is cheapest. */
  const scaled = (layer: LinearSpec): Value => {
    const vector = graph.parameter(VECTOR, f32(dimension));
    if (!structureAware) return vector;
    const column = graph.reshape(vector, dimension, 1);
    const factor = graph.parameter(factorName(layer), f32(1));
    return graph.reshape(graph.apply(multiplyRow, [column, factor], {}), dimension);
  };
  return {
    linear: ({ layer, x, multiply, addBias }: LinearSite) => {
      const y = addBias(multiply(x));
      const target = layers.get(layer.path);
      if (!target) return y;
      const { seed, rows, columns } = target;
      const form = layer.conv1d ? "nn" : "nt";
      const change = graph.apply(fastfoodLinear, [x, scaled(layer)], { seed, rows, columns, form });
      return graph.apply(add, [y, change], {});
    },
  };
}

/** Merged weight of a layer. */
function mergeLayer(
  { layer, rows, columns, seed }: SaidLayer,
  { structureAware }: Said,
  trained: ReadonlyMap<string, HostTensor>,
): [string, BaseChange] {
  const change: BaseChange = ({ shape, data }) => {
    const vector = defined(trained.get(VECTOR), VECTOR).data;
    const factor = structureAware ? defined(trained.get(factorName(layer)), factorName(layer)).data[0] : 1;
    const update = projectVector(vector, rows * columns, seed);
    return { shape, data: data.map((value, i) => value + (factor ?? 1) * (update[i] ?? 0)) };
  };
  return [`${layer.path}.weight`, change];
}
