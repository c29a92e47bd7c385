import { defined } from "../../../lib/invariant";
import type { Expert } from "../../../shared/methods";
import { loraExpertsField } from "../../../shared/methods/xlora";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { type ModelSpec, linearLayers, type LinearSpec } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { matmul } from "../../ops/matmul";
import { multiplyColumn } from "../../ops/row-dot";
import { scale } from "../../ops/scale";
import { applyDropout } from "../../nn/step-scalars";
import { expertPrefix, frozenParameters } from "./experts";
import type { LinearSite } from "../../nn/hooks";
import { lora } from "../lora/lora";
import { rankAndScale } from "../lora/lora-layer";
import { readLoraOptions } from "../lora/lora-options";
import type { ExpertFolder, ParameterSpec } from "../common/method";
import { optionError } from "../common/option-reader";

/** A frozen LoRA adapter of the mixture. */
export interface LoraExpert {
  readonly index: number;
  /** Rank and scale of its layers, by path. */
  readonly layers: ReadonlyMap<string, { readonly rank: number; readonly scale: number }>;
  readonly dropout: number;
  readonly parameters: readonly ParameterSpec[];
  readonly folder: ExpertFolder;
}

const MATRIX = /^base_model\.model\.(.+)\.lora_[AB]\.weight$/;

/** Binds an expert to the model. Errors, at the field: not a LoRA, or tensors other than A and B of linear layers. */
export function bindLora({ name, config }: Expert, index: number, model: ModelSpec): LoraExpert {
  const field = loraExpertsField.name;
  if (config.peft_type !== lora.peftType) throw optionError(field, { code: "config/not-lora", name });
  if (config.use_dora === true) throw optionError(field, { code: "config/expert-uses-dora", name });
  const values = lora.readConfig(config);
  const adapter = lora.bind(values, model);
  const options = readLoraOptions(values, model);
  const linears = new Set(linearLayers(model).map(({ path }) => path));
  const paths = adapter.parameters.map(({ name: parameter }) => {
    const path = MATRIX.exec(parameter)?.[1];
    if (path !== undefined && linears.has(path)) return path;
    throw optionError(field, { code: "config/expert-trains-more", name, parameter });
  });
  return {
    index,
    layers: new Map(paths.map((path) => [path, rankAndScale(path, options)])),
    dropout: options.dropout,
    parameters: frozenParameters(index, adapter.parameters),
    folder: { folder: String(index), config: adapter.config, exportTensors: (tensors) => tensors },
  };
}

/** Layers adapted by any expert, in PyTorch's module order, which PEFT uses to number them. */
export function adaptedLayers(experts: readonly LoraExpert[], model: ModelSpec): LinearSpec[] {
  const layers = linearLayers(model).filter(({ path }) => experts.some((expert) => expert.layers.has(path)));
  if (model.family !== "opt") return layers;
  // OPT registers modules in a different order than it runs them: project_out first, and k, v, q in a block.
  const places = ["project_out", "project_in", "k_proj", "v_proj", "q_proj"];
  const rank = ({ path }: LinearSpec): number => {
    const place = places.indexOf(path.slice(path.lastIndexOf(".") + 1));
    return place < 0 ? places.length : place;
  };
  const block = ({ path }: LinearSpec): number => Number(/\d+/.exec(path)?.[0] ?? -1);
  return layers.toSorted((a, b) => block(a) - block(b) || rank(a) - rank(b));
}

/** Gates of each expert at a layer: per token (tokens, 1) or a constant; 0 omits the expert. */
export type Gates = readonly (Value | number)[];

/** W x + b + g Σ cᵢ sᵢ Bᵢ Aᵢ dropout(x). A token's gate is a scalar factor, so it is applied after A. */
export function applyExperts(
  graph: Graph,
  experts: readonly LoraExpert[],
  site: LinearSite,
  gates: Gates,
  { weight, dropoutSite }: { readonly weight: number; readonly dropoutSite: number | null },
): Value {
  const { x, layer } = site;
  const { path, inFeatures, outFeatures } = layer;
  let y = site.multiply(x);
  for (const { index, layers, dropout } of experts) {
    const own = layers.get(path);
    const gate = defined(gates[index], "gate");
    if (!own || gate === 0) continue;
    const name = `${expertPrefix(index)}base_model.model.${path}`;
    const a = graph.fixed(`${name}.lora_A.weight`, f32(own.rank, inFeatures));
    const b = graph.fixed(`${name}.lora_B.weight`, f32(outFeatures, own.rank));
    const share = dropoutSite === null ? 0 : dropout;
    const dropped = applyDropout(graph, x, share, experts.length * (dropoutSite ?? 0) + index);
    const low = graph.apply(matmul, [dropped, a], { form: "nt", alpha: 1 });
    const gated =
      typeof gate === "number"
        ? graph.apply(scale, [low], { alpha: gate })
        : graph.apply(multiplyColumn, [low, gate], {});
    const update = graph.apply(matmul, [gated, b], { form: "nt", alpha: weight * own.scale });
    y = graph.apply(add, [y, update], {});
  }
  return site.addBias(y);
}
