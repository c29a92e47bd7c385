import * as v from "valibot";
import { defined } from "../../../lib/invariant";
import { recordOf } from "../../../lib/schema";
import type { FieldValues } from "../../../shared/fields";
import { loraExpertsField, xloraFields } from "../../../shared/methods/xlora";
import type { Graph } from "../../graph/graph";
import type { Value } from "../../graph/value";
import type { ModelSpec } from "../../nn/model-spec";
import { keepTop } from "../../ops/keep-top";
import { relu } from "../../ops/relu";
import { scale } from "../../ops/scale";
import { softmax } from "../../ops/softmax";
import { splitColumns } from "../../ops/split-columns";
import { applyDropout } from "../../nn/step-scalars";
import { dense, type DenseLayer, denseParameters } from "../common/dense";
import { checkExpertCount, expertValues } from "./experts";
import type { AdapterHooks, GraphMode } from "../../nn/hooks";
import { defineAdapter } from "../common/define-adapter";
import type { Method } from "../common/method";
import { optionError, OptionReader } from "../common/option-reader";
import { definePeftConfig } from "../common/peft-config";
import { readSaved, savedProbability, savedFlag } from "../common/saved-options";
import { isLuthierConfig, luthierTag } from "../common/luthier-format";
import { adaptedLayers, applyExperts, bindLora, type Gates, type LoraExpert } from "./xlora-experts";

interface Options {
  readonly topK: number;
  readonly layerwise: boolean;
  readonly depth: number;
  readonly size: number;
  readonly dropout: number;
  readonly softmax: boolean;
  readonly softmaxTopK: boolean;
  readonly temperature: number;
  readonly passValue: number;
  readonly weight: number;
}

/** An X-LoRA bound to a model. */
interface Mixture {
  readonly options: Options;
  readonly experts: readonly LoraExpert[];
  /** PEFT's index of each adapted layer, by path. */
  readonly layers: ReadonlyMap<string, number>;
  readonly classifier: readonly DenseLayer[];
}

const savedXlora = definePeftConfig({
  className: "XLoraConfig",
  used: {
    enable_softmax: v.nullish(v.boolean(), true),
    enable_softmax_topk: savedFlag,
    softmax_temperature: v.nullish(v.number(), 1),
    layerwise_scalings: savedFlag,
    top_k_lora: v.nullish(v.number(), 0),
    xlora_depth: v.nullish(v.number(), 1),
    xlora_size: v.nullish(v.number(), 2048),
    xlora_dropout_p: v.nullish(v.number(), 0.2),
    scaling_pass_value: savedProbability,
    global_scaling_weight: v.nullish(v.number(), 1),
  },
  // The experts are read before the options, and the classifier's shape gives the hidden size.
  noEffect: { "from-model": ["adapters", "hidden_size"] },
  refused: { use_trainable_adapters: [] },
});

/**
 * X-LoRA (Buehler & Buehler 2024, arXiv 2402.07148): a first pass with all gates at scaling_pass_value, without
 * gradient, yields hidden states from which a small classifier computes a gate per token and expert; a second pass
 * applies the gated experts. Only the classifier trains.
 */
export const xlora: Method = {
  peftType: "XLORA",
  peftKeys: savedXlora.keys,
  reads: (config) => isLuthierConfig("xlora", config),
  expertFolders: (config) => Object.keys(readSaved({ adapters: recordOf(v.string()) }, config).adapters),
  bind(values, model, experts = []) {
    const options = readOptions(values);
    checkModel(model);
    checkExpertCount(loraExpertsField, experts);
    checkOptions(options, experts.length);
    const bound = experts.map((expert, index) => bindLora(expert, index, model));
    const layers = adaptedLayers(bound, model);
    const mixture: Mixture = {
      options,
      experts: bound,
      layers: new Map(layers.map(({ path }, index) => [path, index])),
      classifier: classifierLayers(options, bound.length, layers.length, model),
    };
    return defineAdapter({
      parameters: [
        ...mixture.classifier.flatMap((layer) => denseParameters(layer)),
        ...bound.flatMap(({ parameters }) => parameters),
      ],
      hasFirstPass: true,
      hooks: (graph, mode) => makeHooks(graph, mixture, mode),
      config: makeConfig(options, bound, model),
      format: isLoadedByPeft(model) ? "peft-experts" : "luthier",
      experts: bound.map(({ folder }) => folder),
      importTensors: (tensors, others = []) => new Map([...tensors, ...expertValues(others)]),
    });
  },
  readConfig: (config) => savedXlora.read(config),
};

function readOptions(values: FieldValues): Options {
  const reader = new OptionReader(xloraFields, values);
  return {
    topK: reader.number("top_k_lora"),
    layerwise: reader.boolean("layerwise_scalings"),
    depth: reader.number("xlora_depth"),
    size: reader.number("xlora_size"),
    dropout: reader.number("xlora_dropout_p"),
    softmax: reader.boolean("enable_softmax"),
    softmaxTopK: reader.boolean("enable_softmax_topk"),
    temperature: reader.number("softmax_temperature"),
    passValue: reader.number("scaling_pass_value"),
    weight: reader.number("global_scaling_weight"),
  };
}

/** PEFT computes the gates from an output that encoder-decoders do not return under that name. */
function checkModel({ encoder }: ModelSpec): void {
  if (!encoder) return;
  throw optionError(loraExpertsField.name, { code: "config/xlora-encoder" });
}

function checkOptions({ topK, softmaxTopK, passValue }: Options, adapters: number): void {
  if (topK > adapters) throw optionError("top_k_lora", { code: "config/top-k", topK, adapters });
  if (softmaxTopK && topK === 0) throw optionError("enable_softmax_topk", { code: "config/top-k-unset" });
  if (topK > 0 && passValue !== 0)
    throw optionError("scaling_pass_value", { code: "config/pass-value-beside-top-k" });
}

/** Linear layers, numbered as in PEFT's Sequential, which also counts the ReLUs and dropouts. */
function classifierLayers(
  { depth, size, dropout, layerwise }: Options,
  experts: number,
  layers: number,
  { embeddingSize }: ModelSpec,
): DenseLayer[] {
  const step = dropout > 0 ? 3 : 2;
  return Array.from({ length: depth }, (_, index) => ({
    name: `base_model.internal_xlora_classifier.layers.${index * step}`,
    inFeatures: index === 0 ? embeddingSize : size,
    outFeatures: index < depth - 1 ? size : experts * (layerwise ? layers : 1),
  }));
}

function makeHooks(graph: Graph, mixture: Mixture, mode: GraphMode): AdapterHooks {
  const { options, experts, layers } = mixture;
  const { weight, passValue } = options;
  const trains = mode === "train";
  let gates: readonly Gates[] | null = null;
  const constant: Gates = experts.map(() => passValue);
  return {
    firstPass: {
      hooks: {
        linear: (site) => {
          if (!layers.has(site.layer.path)) return site.addBias(site.multiply(site.x));
          return applyExperts(graph, experts, site, constant, { weight, dropoutSite: null });
        },
      },
      take: (hidden) => {
        gates = makeGates(graph, mixture, hidden, trains);
      },
    },
    linear: (site) => {
      const index = layers.get(site.layer.path);
      if (index === undefined) return site.addBias(site.multiply(site.x));
      const own = defined(defined(gates, "gates of the first pass")[options.layerwise ? index : 0], "gates");
      return applyExperts(graph, experts, site, own, { weight, dropoutSite: trains ? index : null });
    },
  };
}

/** Gates per adapted layer, or shared ones, from the first pass's hidden states (tokens, width). */
function makeGates(
  graph: Graph,
  { options, experts, layers, classifier }: Mixture,
  hidden: Value,
  trains: boolean,
): Gates[] {
  const logits = classifier.reduce((x, layer, index) => {
    const y = dense(graph, layer, x);
    if (index === classifier.length - 1) return y;
    const site = experts.length * layers.size + index;
    return applyDropout(graph, graph.apply(relu, [y], {}), trains ? options.dropout : 0, site);
  }, hidden);
  const each = experts.map(() => 1);
  const shared = options.layerwise
    ? graph.applyAll(splitColumns, [logits], { sizes: [...layers.keys()].map(() => experts.length) })
    : [logits];
  return shared.map((values) =>
    graph.applyAll(splitColumns, [shapeGates(graph, options, values)], { sizes: each }),
  );
}

/** Optional softmax, top-k and softmax over the top k: (tokens, experts). */
function shapeGates(
  graph: Graph,
  { softmax: hasSoftmax, temperature, topK, softmaxTopK }: Options,
  logits: Value,
): Value {
  let gates = logits;
  if (hasSoftmax) {
    const scaled = temperature === 1 ? gates : graph.apply(scale, [gates], { alpha: 1 / temperature });
    gates = graph.apply(softmax, [scaled], { skipZeros: false });
  }
  if (topK > 0) gates = graph.apply(keepTop, [gates, gates], { keep: topK });
  return softmaxTopK ? graph.apply(softmax, [gates], { skipZeros: true }) : gates;
}

/** PEFT attaches experts only to models whose inner module is called `model`, and throws on others. */
function isLoadedByPeft({ prefix }: ModelSpec): boolean {
  return prefix === "model.";
}

function makeConfig(
  options: Options,
  experts: readonly LoraExpert[],
  model: ModelSpec,
): Record<string, unknown> {
  return {
    ...(isLoadedByPeft(model) ? { peft_type: "XLORA" } : luthierTag("xlora")),
    task_type: "CAUSAL_LM",
    // PEFT is given the paths when it loads the adapter.
    adapters: Object.fromEntries(experts.map(({ folder: { folder } }) => [folder, folder])),
    hidden_size: model.embeddingSize,
    enable_softmax: options.softmax,
    enable_softmax_topk: options.softmaxTopK,
    softmax_temperature: options.temperature,
    layerwise_scalings: options.layerwise,
    top_k_lora: options.topK > 0 ? options.topK : null,
    xlora_depth: options.depth,
    xlora_size: options.size,
    xlora_dropout_p: options.dropout,
    scaling_pass_value: options.passValue,
    global_scaling_weight: options.weight,
    use_trainable_adapters: false,
  };
}
