import { defined } from "../../lib/invariant";
import type { Graph } from "../graph/graph";
import { f32 } from "../graph/value";
import { declareWeights, type DecoderSpec, type LinearSpec } from "../models/decoder-spec";
import { optionError } from "./option-reader";
import type { AdapterHooks } from "./hooks";
import { applyLora, exportPissa, type LoraLayer, loraLayer, loraParameters, mergeLora } from "./lora-layer";
import {
  type BiasOption,
  loraConfig,
  type LoraOptions,
  loraTargets,
  readLoraConfig,
  readLoraOptions,
} from "./lora-options";
import type { Adapter, BaseChange, HostTensor, Method, ParameterSpec } from "./method";

type Layers = ReadonlyMap<string, LoraLayer>;

/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685): y = W x + s · B (A dropout(x)), with s = lora_alpha / r. With use_dora
 * (Liu et al. 2024, arXiv 2402.09353) the rows of W + s · B A are brought to trained lengths: y = (m / n) ⊙ (W x +
 * s · B A x) + b, n being their own lengths, through which no gradient flows. LoRA+ (Hayou et al. 2024,
 * arXiv 2402.12354) trains B faster than A. PiSSA (Meng et al. 2024, arXiv 2404.02948) starts at the main directions of W and takes them out
 * of it, which here is a fixed update beside it: y = W x + s · (B A − B₀ A₀) x.
 */
export const lora: Method = {
  peftType: "LORA",
  bind(values, model) {
    const options = readLoraOptions(values, model);
    const targets = loraTargets(options, model);
    checkBiases(options, targets);
    checkStart(options);
    const layers: Layers = new Map(
      targets.map((layer, index) => [layer.path, loraLayer(layer, index, options)]),
    );
    const biases = biasNames(options.bias, model, layers);
    const adapter: Adapter = {
      parameters: [
        ...[...layers.values()].flatMap(loraParameters),
        ...biasParameters(biases, model, layers, options.learningRateRatio),
      ],
      promptLength: 0,
      prefixLength: 0,
      hooks: (graph, mode) => makeHooks(graph, layers, biases, mode === "train"),
      config: loraConfig(options, model),
      exportTensors: (trained) =>
        options.init === "pissa" ? exportPissa([...layers.values()], trained) : trained,
      importTensors: (tensors) => tensors,
      merge: (trained) => mergeAll(layers, biases, trained),
    };
    return adapter;
  },
  readConfig: readLoraConfig,
};

/** PEFT's rules for lora_bias: not with DoRA, and only where there is a bias to merge it into. */
function checkBiases(options: LoraOptions, targets: readonly LinearSpec[]): void {
  if (!options.loraBias) return;
  if (options.dora) {
    throw optionError("lora_bias", "lora_bias does not go with use_dora.", "Turn one of them off.");
  }
  if (options.init !== "true") {
    throw optionError(
      "lora_bias",
      "lora_bias goes only with the start that init_lora_weights calls true.",
      "Choose init_lora_weights true.",
    );
  }
  const without = targets.find(({ bias }) => !bias);
  if (!without) return;
  throw optionError(
    "lora_bias",
    `${without.path} has no bias for lora_bias to change.`,
    "Turn lora_bias off, or choose layers that have a bias.",
  );
}

function checkStart({ init, dora, bias }: LoraOptions): void {
  if (init !== "pissa") return;
  const other = dora ? "use_dora" : bias === "none" ? null : "bias";
  if (!other) return;
  throw optionError(
    "init_lora_weights",
    `pissa does not go with ${other}: it is saved as the change from its start, which has no place for that.`,
    `Choose another start, or turn ${other} off.`,
  );
}

function biasNames(bias: BiasOption, model: DecoderSpec, layers: Layers): ReadonlySet<string> {
  if (bias === "none") return new Set();
  const all = declareWeights(model)
    .filter(({ name }) => name.endsWith(".bias"))
    .map(({ name }) => name);
  return new Set(bias === "all" ? all : all.filter((name) => layers.has(name.slice(0, -".bias".length))));
}

/** PEFT's name for a bias: under base_layer where the layer is adapted. */
function biasParameterName(name: string, layers: Layers): string {
  const path = name.slice(0, -".bias".length);
  return `base_model.model.${path}${layers.has(path) ? ".base_layer" : ""}.bias`;
}

function biasParameters(
  names: ReadonlySet<string>,
  model: DecoderSpec,
  layers: Layers,
  learningRateFactor: number,
): ParameterSpec[] {
  return declareWeights(model)
    .filter(({ name }) => names.has(name))
    .map(({ name, shape }) => ({
      name: biasParameterName(name, layers),
      shape,
      learningRateFactor,
      init: ({ baseVector }) => baseVector(name),
    }));
}

function makeHooks(graph: Graph, layers: Layers, biases: ReadonlySet<string>, trains: boolean): AdapterHooks {
  return {
    linear: (site) => {
      const layer = layers.get(site.layer.path);
      return layer ? applyLora(graph, layer, site, trains) : site.addBias(site.multiply(site.x));
    },
    vector: (name, length) =>
      biases.has(name) ? graph.parameter(biasParameterName(name, layers), f32(length)) : null,
  };
}

function mergeAll(
  layers: Layers,
  biases: ReadonlySet<string>,
  trained: ReadonlyMap<string, HostTensor>,
): Map<string, BaseChange> {
  const changes = new Map([...layers.values()].flatMap((layer) => mergeLora(layer, trained)));
  for (const name of biases) {
    const parameter = biasParameterName(name, layers);
    const bias = defined(trained.get(parameter), parameter);
    const change = changes.get(name);
    changes.set(name, () => (change ? change(bias) : bias));
  }
  return changes;
}
