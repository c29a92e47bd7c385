import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, sameShape } from "../../graph/value";
import { declareWeights, type ModelSpec, type LinearSpec } from "../../nn/model-spec";
import { optionError } from "../common/option-reader";
import type { AdapterHooks } from "../../nn/hooks";
import { applyTable, type LoraTable, loraTable, mergeTable, tableParameters } from "./lora-embedding";
import {
  applyLora,
  exportChange,
  headUpdate,
  type LoraLayer,
  loraLayer,
  loraParameters,
  mergeLora,
} from "./lora-layer";
import {
  type BiasOption,
  loraConfig,
  type LoraOptions,
  type LoraTargets,
  loraTargets,
  readLoraConfig,
  readLoraOptions,
  savedLora,
  subtractsInit,
} from "./lora-options";
import { defineAdapter } from "../common/define-adapter";
import type { Adapter, BaseChange, HostTensor, Method, ParameterSpec } from "../common/method";
import { mergeSaved, savedHooks, savedParameters, type SavedTensor, savedTensors } from "./saved-modules";

type Layers = ReadonlyMap<string, LoraLayer>;

/** Everything that trains, by module path. */
interface Parts {
  readonly layers: Layers;
  readonly tables: ReadonlyMap<string, LoraTable>;
  readonly head: LoraLayer | null;
  readonly biases: ReadonlySet<string>;
  readonly saved: readonly SavedTensor[];
}

/**
 * LoRA (Hu et al. 2021, arXiv 2106.09685): y = W x + s · B (A dropout(x)), with s = lora_alpha / r.
 * - DoRA (Liu et al. 2024, arXiv 2402.09353) scales the rows of W + s · B A to trained magnitudes: y = (m / n) ⊙ (W x +
 *   s · B A x) + b, where n are the row norms, treated as constants in the backward pass.
 * - LoRA+ (Hayou et al. 2024, arXiv 2402.12354) trains B with a higher learning rate than A.
 * - PiSSA (Meng et al. 2024, arXiv 2404.02948) and OLoRA (Büyükakyüz 2024, arXiv 2406.01775) start at W's principal
 *   directions or the first columns of its QR decomposition, and subtract them from W, here as a fixed update: y = W x +
 *   s · (B A − B₀ A₀) x.
 *
 * Embedding tables and the head may have an update too, and modules may train in full; a head tied to the embedding is
 * then untied.
 */
export const lora: Method = {
  peftType: "LORA",
  peftKeys: savedLora.keys,
  bind(values, model) {
    const options = readLoraOptions(values, model);
    const parts = findParts(options, model);
    const { layers, head, tables, biases, saved } = parts;
    const adapted = [...layers.values(), ...(head ? [head] : [])];
    const adapter: Adapter = defineAdapter({
      parameters: [
        ...[...tables.values()].flatMap(tableParameters),
        ...adapted.flatMap(loraParameters),
        ...biasParameters(biases, model, layers, options.learningRateRatio),
        ...savedParameters(saved, options.learningRateRatio),
      ],
      hooks: (graph, mode) => makeHooks(graph, parts, mode === "train"),
      config: loraConfig(options, model),
      exportTensors: (trained) => (subtractsInit(options) ? exportChange(adapted, trained) : trained),
      importTensors: (tensors) => withoutBase(tensors, model, adapter.parameters),
      merge: (trained) => mergeAll(parts, trained),
      untiesHead: untiesHead(parts, model),
    });
    return adapter;
  },
  readConfig: readLoraConfig,
};

function findParts(options: LoraOptions, model: ModelSpec): Parts {
  const targets = loraTargets(options, model);
  checkBiases(options, targets.layers);
  checkStart(options, targets.layers);
  checkEnds(options, targets);
  const { layers: linears, tables, head } = targets;
  const layers: Layers = new Map(
    linears.map((layer, index) => [layer.path, loraLayer(layer, index, options)]),
  );
  const saved = savedTensors(options.modulesToSave, model);
  checkSaved(saved, targets);
  const savedNames = new Set(saved.map(({ name }) => name));
  return {
    layers,
    tables: new Map(tables.map((table) => [table.path, loraTable(table, options)])),
    head: head && loraLayer(head, linears.length, options),
    biases: new Set([...biasNames(options.bias, model, layers)].filter((name) => !savedNames.has(name))),
    saved,
  };
}

/** PEFT's rules for lora_bias: not with DoRA, and only on layers with a bias to merge it into. */
function checkBiases(options: LoraOptions, targets: readonly LinearSpec[]): void {
  if (!options.loraBias) return;
  if (options.dora) throw optionError("lora_bias", { code: "config/lora-bias-beside-dora" });
  if (options.init !== "true") throw optionError("lora_bias", { code: "config/lora-bias-start" });
  const without = targets.find(({ bias }) => !bias);
  if (!without) return;
  throw optionError("lora_bias", { code: "config/lora-bias-without-bias", module: without.path });
}

function checkStart(options: LoraOptions, layers: readonly LinearSpec[]): void {
  const { init, dora, bias } = options;
  if (!subtractsInit(options)) return;
  const other = dora ? "use_dora" : bias === "none" ? null : "bias";
  if (other) throw optionError("init_lora_weights", { code: "config/start-beside", init, option: other });
  // PEFT decomposes the transposed weight there, so it subtracts something other than what it trains.
  const conv1d = layers.find((layer) => layer.conv1d);
  if (init !== "olora" || !conv1d) return;
  throw optionError("init_lora_weights", { code: "config/olora-conv1d", module: conv1d.path });
}

/** Options that embedding tables and the head do not support. */
function checkEnds(options: LoraOptions, { tables, head }: LoraTargets): void {
  const { dora, init, loraBias } = options;
  const [end] = [...tables, ...(head ? [head] : [])];
  if (!end) return;
  const refuse = (field: string, option: "use_dora" | "lora_bias" | "pissa" | "olora"): never => {
    throw optionError(field, { code: "config/blocks-only", option, module: end.path });
  };
  if (dora) refuse("use_dora", "use_dora");
  if (init === "pissa" || init === "olora") refuse("init_lora_weights", init);
  if (loraBias) refuse("lora_bias", "lora_bias");
}

/** A module cannot both train in full and have an update. */
function checkSaved(saved: readonly SavedTensor[], { layers, tables, head }: LoraTargets): void {
  const targets = [...tables, ...layers, ...(head ? [head] : [])];
  const both = targets.find(({ path }) => saved.some(({ name }) => name === `${path}.weight`));
  if (!both) return;
  throw optionError("modules_to_save", { code: "config/saved-and-targeted", module: both.path });
}

/** Whether a tied embedding and head diverge, because only one of them changes. */
function untiesHead(
  { tables, head, saved }: Parts,
  { head: { tied, path }, embedTokens }: ModelSpec,
): boolean {
  if (!tied) return false;
  const ends = [`${embedTokens}.weight`, `${path}.weight`];
  return tables.has(embedTokens) || head !== null || saved.some(({ name }) => ends.includes(name));
}

/**
 * Drops the base model's own embedding and head, which PEFT saves next to updates of them. A tensor of another shape is
 * kept, to be rejected: its vocabulary differs from the model's.
 */
function withoutBase(
  tensors: ReadonlyMap<string, HostTensor>,
  model: ModelSpec,
  parameters: readonly ParameterSpec[],
): ReadonlyMap<string, HostTensor> {
  const own = new Set(parameters.map(({ name }) => name));
  const ends = new Set(
    [model.embedTokens, model.head.path].flatMap((path) =>
      [".weight", ".base_layer.weight"].map((part) => `base_model.model.${path}${part}`),
    ),
  );
  const shape = [model.vocabularySize, model.embeddingSize];
  const isBase = (name: string, tensor: HostTensor): boolean =>
    ends.has(name) && !own.has(name) && sameShape(tensor.shape, shape);
  return new Map([...tensors].filter(([name, tensor]) => !isBase(name, tensor)));
}

function biasNames(bias: BiasOption, model: ModelSpec, layers: Layers): ReadonlySet<string> {
  if (bias === "none") return new Set();
  const all = declareWeights(model)
    .filter(({ name }) => name.endsWith(".bias"))
    .map(({ name }) => name);
  return new Set(bias === "all" ? all : all.filter((name) => layers.has(name.slice(0, -".bias".length))));
}

/** PEFT's name for a bias: within base_layer if the layer is adapted. */
function biasParameterName(name: string, layers: Layers): string {
  const path = name.slice(0, -".bias".length);
  return `base_model.model.${path}${layers.has(path) ? ".base_layer" : ""}.bias`;
}

function biasParameters(
  names: ReadonlySet<string>,
  model: ModelSpec,
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

function makeHooks(
  graph: Graph,
  { layers, tables, head, biases, saved }: Parts,
  trains: boolean,
): AdapterHooks {
  const whole = savedHooks(graph, saved);
  return {
    linear: (site) => {
      const layer = layers.get(site.layer.path);
      return layer ? applyLora(graph, layer, site, trains) : site.addBias(site.multiply(site.x));
    },
    vector: (name, length) =>
      biases.has(name)
        ? graph.parameter(biasParameterName(name, layers), f32(length))
        : whole.vector(name, length),
    matrix: whole.matrix,
    embedding: (site) => {
      const table = tables.get(site.path);
      return table ? applyTable(graph, table, site) : site.rows;
    },
    head: (hidden) => head && headUpdate(graph, head, hidden, trains),
  };
}

function mergeAll(
  { layers, tables, head, biases, saved }: Parts,
  trained: ReadonlyMap<string, HostTensor>,
): Map<string, BaseChange> {
  const changes = new Map([
    ...[...layers.values(), ...(head ? [head] : [])].flatMap((layer) => mergeLora(layer, trained)),
    ...[...tables.values()].map((table) => mergeTable(table, trained)),
    ...mergeSaved(saved, trained),
  ]);
  for (const name of biases) {
    const parameter = biasParameterName(name, layers);
    const bias = defined(trained.get(parameter), parameter);
    const change = changes.get(name);
    changes.set(name, () => (change ? change(bias) : bias));
  }
  return changes;
}
