import * as v from "valibot";
import type { FieldValues } from "../../../shared/fields";
import type { Graph } from "../../graph/graph";
import type { Value } from "../../graph/value";
import { type ModelSpec, linearLayers, type LinearSpec } from "../../nn/model-spec";
import { add } from "../../ops/add";
import { dropout } from "../../ops/dropout";
import { keepMask } from "../../ops/keep-mask";
import { multiplyRow } from "../../ops/multiply";
import { STEP_SCALARS, stepScalarsInput } from "../../nn/step-scalars";
import type { AdapterHooks } from "../../nn/hooks";
import type { Random } from "../common/method";
import type { OptionReader } from "../common/option-reader";
import {
  layersPatternText,
  patternText,
  savedLayers,
  savedLayersPattern,
  savedModules,
  savedPattern,
  savedProbability,
  savedTargets,
} from "../common/saved-options";
import { taskType } from "../common/task-type";
import {
  formatTargets,
  matchTargets,
  parseLayersPattern,
  parseTargets,
  patternValue,
  type TargetModules,
} from "../common/targets";

/** Options shared by LoHa and LoKr. */
export interface LycorisOptions {
  readonly r: number;
  readonly alpha: number;
  readonly targets: TargetModules;
  readonly excluded: TargetModules | null;
  readonly rankDropout: number;
  readonly moduleDropout: number;
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  readonly layersToTransform: readonly number[] | null;
  readonly layersPattern: readonly string[] | null;
}

/** An adapted layer with its rank and scale alpha / r. */
export interface LycorisLayer {
  readonly layer: LinearSpec;
  readonly rank: number;
  readonly scale: number;
  /** Layer number; seeds the dropout mask. */
  readonly index: number;
}

/** Parses form values. Errors name the field. */
export function readLycoris(reader: OptionReader, model: ModelSpec): LycorisOptions {
  return {
    r: reader.number("r"),
    alpha: reader.number("alpha"),
    targets: parseTargets(reader.text("target_modules")) ?? model.loraTargets,
    excluded: parseTargets(reader.text("exclude_modules"), "exclude_modules"),
    rankDropout: reader.number("rank_dropout"),
    moduleDropout: reader.number("module_dropout"),
    rankPattern: reader.patterns("rank_pattern", (rank) => Number.isInteger(rank) && rank > 0),
    alphaPattern: reader.patterns("alpha_pattern", (alpha) => alpha > 0),
    layersToTransform: reader.integers("layers_to_transform"),
    layersPattern: parseLayersPattern(reader),
  };
}

/** Layers with an update. */
export function lycorisLayers(options: LycorisOptions, model: ModelSpec): LycorisLayer[] {
  return matchTargets(options, linearLayers(model)).map((layer, index) => {
    const rank = patternValue(options.rankPattern, layer.path, options.r);
    const alpha = patternValue(options.alphaPattern, layer.path, options.alpha);
    return { layer, rank, scale: alpha / rank, index };
  });
}

/** adapter_config.json keys common to both methods. */
export function lycorisConfig(options: LycorisOptions, model: ModelSpec): Record<string, unknown> {
  return {
    task_type: taskType(model),
    r: options.r,
    alpha: options.alpha,
    target_modules: savedTargets(options.targets, model),
    ...(options.excluded ? { exclude_modules: options.excluded } : {}),
    rank_dropout: options.rankDropout,
    module_dropout: options.moduleDropout,
    use_effective_conv2d: false,
    rank_pattern: options.rankPattern,
    alpha_pattern: options.alphaPattern,
    layers_to_transform: options.layersToTransform,
    layers_pattern: options.layersPattern,
    modules_to_save: null,
  };
}

/** Keys of both configuration classes, with PEFT's defaults. */
export const savedLycoris = {
  r: v.nullish(v.number(), 8),
  alpha: v.nullish(v.number(), 8),
  target_modules: savedModules,
  exclude_modules: savedModules,
  rank_dropout: savedProbability,
  module_dropout: savedProbability,
  rank_pattern: savedPattern,
  alpha_pattern: savedPattern,
  layers_to_transform: savedLayers,
  layers_pattern: savedLayersPattern,
};

/** Form values from the common keys. */
export function lycorisValues(
  saved: v.InferOutput<v.ObjectSchema<typeof savedLycoris, undefined>>,
): FieldValues {
  return {
    r: saved.r,
    alpha: saved.alpha,
    rank_dropout: saved.rank_dropout,
    module_dropout: saved.module_dropout,
    target_modules: formatTargets(saved.target_modules),
    exclude_modules: formatTargets(saved.exclude_modules),
    rank_pattern: patternText(saved.rank_pattern),
    alpha_pattern: patternText(saved.alpha_pattern),
    layers_to_transform: [saved.layers_to_transform].flat().join(", "),
    layers_pattern: layersPatternText(saved.layers_pattern),
  };
}

/** PEFT supports these updates on Linear layers only and throws on GPT-2's Conv1D. */
export function lycorisFormat(layers: ReadonlyMap<string, { readonly layer: LinearSpec }>): {
  readonly format?: "luthier";
} {
  return [...layers.values()].some(({ layer }) => layer.conv1d) ? { format: "luthier" } : {};
}

/** Dropout of updates during training. */
export interface UpdateDropout {
  readonly rankDropout: number;
  readonly moduleDropout: number;
  /** Whether to rescale kept outputs by the realised keep rate. */
  readonly rescale: boolean;
}

/**
 * y = W x + b + update(x). During training, rank_dropout drops outputs of the update, the same for all tokens, and
 * module_dropout a layer's whole update.
 */
export function lycorisHooks<L extends LycorisLayer>(
  graph: Graph,
  layers: ReadonlyMap<string, L>,
  update: (layer: L, x: Value) => Value,
  drop: UpdateDropout | null,
): AdapterHooks {
  return {
    linear: (site) => {
      const y = site.addBias(site.multiply(site.x));
      const layer = layers.get(site.layer.path);
      if (!layer) return y;
      const change = update(layer, site.x);
      return graph.apply(add, [y, drop ? dropUpdate(graph, change, layer, drop) : change], {});
    },
  };
}

function dropUpdate(graph: Graph, update: Value, { layer, index }: LycorisLayer, rule: UpdateDropout): Value {
  const { rankDropout, moduleDropout, rescale } = rule;
  const step = stepScalarsInput(graph);
  const seedIndex = STEP_SCALARS.seed;
  let kept = update;
  if (rankDropout > 0) {
    const mask = { count: layer.outFeatures, probability: rankDropout, rescale };
    const row = graph.apply(keepMask, [step], { ...mask, site: 2 * index, seedIndex });
    kept = graph.apply(multiplyRow, [kept, row], {});
  }
  if (moduleDropout > 0) {
    const whole = { probability: moduleDropout, period: 1, rescale: false };
    kept = graph.apply(dropout, [kept, step], { ...whole, site: 2 * index + 1, seedIndex });
  }
  return kept;
}

/** PyTorch's kaiming_uniform_ with a = √5 for a matrix (rows, columns): U(±1/√columns). */
export function kaimingUniform(random: Random, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const bound = 1 / Math.sqrt(columns);
  return Float32Array.from({ length: rows * columns }, () => (2 * random.uniform() - 1) * bound);
}
