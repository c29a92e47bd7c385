import * as v from "valibot";
import { isRecord } from "../../../lib/json";
import { recordOf } from "../../../lib/schema";
import { defined } from "../../../lib/invariant";
import type { Expert } from "../../../shared/methods";
import { fusedAdaptersField, fusionFields } from "../../../shared/methods/fusion";
import type { Graph } from "../../graph/graph";
import { f32 } from "../../graph/value";
import { allBlocks, type ModelSpec } from "../../nn/model-spec";
import { fromIdentity } from "../../ops/from-identity";
import {
  bottleneckParts,
  checkPlacement,
  partsParameters,
  renameBottlenecks,
} from "../bottleneck/bottleneck";
import {
  type BottleneckKind,
  isLibraryConfig,
  LIBRARY_FORMAT,
  libraryConfig,
  libraryFormat,
  readBottleneckOptions,
  readLibraryConfig,
} from "../bottleneck/bottleneck-config";
import { type Bottlenecks, adapterModulePath } from "../bottleneck/bottleneck-layers";
import { refuseUnless } from "../common/config-check";
import { checkExpertCount, expertPrefix, expertValues, frozenParameters } from "./experts";
import { fuse, type FusionLayer, fusionParameters } from "./fusion-layer";
import { houlsbyKind } from "../bottleneck/houlsby";
import { defineAdapter } from "../common/define-adapter";
import type { ExpertFolder, HostTensor, Method, ParameterSpec } from "../common/method";
import { optionError, OptionReader } from "../common/option-reader";
import { readSaved, savedProbability } from "../common/saved-options";
import { hasLuthierTag } from "../common/luthier-format";
import { pfeifferKind } from "../bottleneck/pfeiffer";

const FILE = "adapter_fusion_config.json";

/** AdapterFusionConfig keys that map to options here. */
const savedFusion = { regularization: v.nullish(v.boolean(), true), dropout_prob: savedProbability };

/** Weight of the |V − I|² penalty in the library's trainer. */
const PENALTY = 0.01;

/** The remaining settings of the library's "dynamic" fusion. */
const SETTINGS = {
  key: true,
  query: true,
  value: true,
  query_before_ln: false,
  residual_before: false,
  temperature: false,
  value_before_softmax: true,
  value_initialized: true,
} as const;

/**
 * AdapterFusion (Pfeiffer et al. 2021, arXiv 2005.00247): attention over the outputs of several frozen bottleneck
 * adapters of one kind, per token and sub-layer. The penalty acts on the gradient once per step; the reported loss
 * excludes it.
 */
export const fusion: Method = {
  peftType: null,
  reads: ({ config }) => isRecord(config) && "value_before_softmax" in config,
  expertFolders: (config) => readSaved({ adapter_names: v.array(v.string()) }, config, FILE).adapter_names,
  bind(values, model, experts = []) {
    const reader = new OptionReader(fusionFields, values);
    checkExpertCount(fusedAdaptersField, experts);
    const kind = commonKind(experts, model);
    const fused = experts.map((expert, index) => bindFused(kind, expert, index, model));
    const layer: FusionLayer = {
      adapters: fused.map(({ bottlenecks }) => bottlenecks),
      places: kind.sublayers,
      hidden: model.hiddenSize,
      name: fused.map(({ folder }) => folder.folder).join(","),
      dropout: reader.number("dropout_prob"),
    };
    const regularised = reader.boolean("regularization");
    return defineAdapter({
      parameters: [...fusionParameters(layer, allBlocks(model)), ...fused.flatMap((one) => one.parameters)],
      hooks: (graph, mode) => ({ sublayer: (site) => fuse(graph, layer, site, mode === "train") }),
      ...(regularised && { penalty: (graph: Graph) => addPenalty(graph, layer, model) }),
      config: {
        config: { ...SETTINGS, regularization: regularised, dropout_prob: layer.dropout },
        name: layer.name,
        adapter_names: fused.map(({ folder }) => folder.folder),
        hidden_size: model.hiddenSize,
        model_type: model.family,
        version: LIBRARY_FORMAT,
      },
      configFile: FILE,
      weightsFile: "model_adapter_fusion.safetensors",
      format: libraryFormat("adapters-fusion", kind, model),
      experts: fused.map(({ folder }) => folder),
      importTensors: (tensors, others = []) =>
        new Map([
          ...renameFusion(tensors, layer.name),
          ...expertValues(others.map((other) => renameBottlenecks(other))),
        ]),
    });
  },
  readConfig: (file) => {
    const { config } = readSaved({ config: recordOf(v.unknown()) }, file, FILE);
    refuseUnless(config, Object.fromEntries(Object.entries(SETTINGS).map(([key, value]) => [key, [value]])));
    return readSaved({ config: v.object(savedFusion) }, file, FILE).config;
  },
};

/** Common kind of the chosen adapters. Errors, at the field: not a bottleneck, different kinds, or another model's. */
function commonKind(experts: readonly Expert[], model: ModelSpec): BottleneckKind {
  const kinds = experts.map(({ name, config }) => {
    const kind = [houlsbyKind, pfeifferKind].find((one) => isLibraryConfig(one, config));
    if (!kind || hasLuthierTag(config))
      throw optionError(fusedAdaptersField.name, { code: "config/not-bottleneck", name });
    const { hidden_size: width = model.hiddenSize } = config;
    if (width === model.hiddenSize) return kind;
    throw optionError(fusedAdaptersField.name, {
      code: "config/adapter-width",
      name,
      width: String(width),
      modelWidth: model.hiddenSize,
    });
  });
  const kind = defined(kinds[0], "a chosen adapter");
  const [first] = experts;
  const second = experts.find((_, index) => kinds[index] !== kind);
  if (first && second) {
    const names = { first: first.name, second: second.name };
    throw optionError(fusedAdaptersField.name, { code: "config/adapter-places", ...names });
  }
  checkPlacement(kind, model);
  return kind;
}

interface Fused {
  readonly bottlenecks: Bottlenecks;
  readonly parameters: readonly ParameterSpec[];
  readonly folder: ExpertFolder;
}

function bindFused(kind: BottleneckKind, { config }: Expert, index: number, model: ModelSpec): Fused {
  const options = readBottleneckOptions(kind, readLibraryConfig(kind, config));
  const own = bottleneckParts(kind, options, model);
  const folder = `expert_${index}`;
  return {
    bottlenecks: bottleneckParts(kind, options, model, expertPrefix(index)).bottlenecks,
    parameters: frozenParameters(index, partsParameters(own, model, options.start)),
    folder: {
      folder,
      config: libraryConfig(kind, options, model, folder),
      weightsFile: "adapter.safetensors",
      exportTensors: (values) => renameBottlenecks(values, folder),
    },
  };
}

/** Adds the gradient of 0.01 · |V − I|² for each value matrix. */
function addPenalty(graph: Graph, { places, hidden, name }: FusionLayer, model: ModelSpec): void {
  for (const block of allBlocks(model)) {
    for (const place of places) {
      const value = `${adapterModulePath(block, place)}.adapter_fusion_layer.${name}.value.weight`;
      const type = f32(hidden, hidden);
      const matrix = graph.parameter(value, type);
      graph.applyInto(fromIdentity, [matrix], { alpha: 2 * PENALTY }, graph.gradient(value, type));
    }
  }
}

/** Fusion modules are named after the adapters they fuse. */
function renameFusion(tensors: ReadonlyMap<string, HostTensor>, name: string): Map<string, HostTensor> {
  const own = (tensor: string): string =>
    tensor.replace(/adapter_fusion_layer\..+\.(query|key|value)\./, `adapter_fusion_layer.${name}.$1.`);
  return new Map([...tensors].map(([tensor, values]) => [own(tensor), values]));
}
