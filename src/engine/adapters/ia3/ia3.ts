import { ia3Fields } from "../../../shared/methods/ia3";
import { matchesTargets } from "../../../shared/targets";
import { defined } from "../../../lib/invariant";
import type { Graph } from "../../graph/graph";
import { f32, type Value } from "../../graph/value";
import { type ModelSpec, linearLayers, type LinearSpec } from "../../nn/model-spec";
import { multiplyRow } from "../../ops/multiply";
import { updateWeight, scaleColumns, scaleRows } from "../common/base-matrix";
import { definePeftConfig } from "../common/peft-config";
import type { LinearSite } from "../../nn/hooks";
import { defineAdapter } from "../common/define-adapter";
import type { BaseChange, HostTensor, Method } from "../common/method";
import { optionError, OptionReader } from "../common/option-reader";
import { savedModules, savedTargets } from "../common/saved-options";
import { taskType } from "../common/task-type";
import { formatTargets, matchTargets, parseTargets, type TargetModules } from "../common/targets";

/** A layer with elementwise scaling of its output, or of its input in feed-forward layers. */
interface ScaledLayer {
  readonly layer: LinearSpec;
  readonly feedforward: boolean;
}

interface Ia3Options {
  readonly targets: TargetModules;
  readonly excluded: TargetModules | null;
  readonly feedforward: TargetModules;
}

/** Value of feedforward_modules for no input scaling; empty selects the family's defaults. */
const NONE = "none";

const nameOf = ({ path }: LinearSpec): string => `base_model.model.${path}.ia3_l`;
const width = ({ layer, feedforward }: ScaledLayer): number =>
  feedforward ? layer.inFeatures : layer.outFeatures;

const savedIa3 = definePeftConfig({
  className: "IA3Config",
  used: {
    target_modules: savedModules,
    exclude_modules: savedModules,
    feedforward_modules: savedModules,
  },
  noEffect: { start: ["init_ia3_weights"], "from-model": ["fan_in_fan_out"] },
  refused: { modules_to_save: [] },
});

/**
 * (IA)³ (Liu et al. 2022, arXiv 2205.05638): y = (W x + b) ⊙ l, or y = W (x ⊙ l) + b in feed-forward layers. l starts
 * at one.
 */
export const ia3: Method = {
  peftType: "IA3",
  peftKeys: savedIa3.keys,
  bind(values, model) {
    const options = readOptions(new OptionReader(ia3Fields, values), model);
    const layers = new Map(scaledLayers(options, model).map((scaled) => [scaled.layer.path, scaled]));
    return defineAdapter({
      parameters: [...layers.values()].map((scaled) => ({
        name: nameOf(scaled.layer),
        shape: scaled.feedforward ? [1, width(scaled)] : [width(scaled), 1],
        init: () => new Float32Array(width(scaled)).fill(1),
      })),
      hooks: (graph) => ({
        linear: (site) => {
          const scaled = layers.get(site.layer.path);
          return scaled ? applyFactors(graph, scaled, site) : site.addBias(site.multiply(site.x));
        },
      }),
      config: peftConfig(options, model),
      merge: (trained) => new Map([...layers.values()].flatMap((scaled) => mergeFactors(scaled, trained))),
    });
  },
  readConfig(config) {
    const { target_modules, exclude_modules, feedforward_modules } = savedIa3.read(config);
    return {
      target_modules: formatTargets(target_modules),
      exclude_modules: formatTargets(exclude_modules),
      feedforward_modules: feedforwardText(feedforward_modules),
    };
  },
};

function feedforwardText(modules: TargetModules): string {
  return Array.isArray(modules) && modules.length === 0 ? NONE : formatTargets(modules);
}

function readOptions(reader: OptionReader, model: ModelSpec): Ia3Options {
  const defaults = model.ia3Targets;
  const feedforward = reader.text("feedforward_modules");
  const chosen = feedforward === NONE ? [] : parseTargets(feedforward, "feedforward_modules");
  const options: Ia3Options = {
    targets: parseTargets(reader.text("target_modules")) ?? defaults.targets,
    excluded: parseTargets(reader.text("exclude_modules"), "exclude_modules"),
    feedforward: chosen ?? defaults.feedforward,
  };
  if (Array.isArray(chosen)) checkFeedforward(chosen, options, linearLayers(model));
  return options;
}

/** PEFT requires each feedforward module to be a target too, if only by name. */
function checkFeedforward(
  names: readonly string[],
  options: Ia3Options,
  layers: readonly LinearSpec[],
): void {
  const chosen = matchTargets(options, layers);
  const listed = Array.isArray(options.targets) ? options.targets : [];
  const stray = names.find(
    (name) => !listed.includes(name) && !chosen.some(({ path }) => matchesTargets([name], path)),
  );
  if (!stray) return;
  throw optionError("feedforward_modules", { code: "config/feedforward-no-target", module: stray });
}

function scaledLayers(options: Ia3Options, model: ModelSpec): ScaledLayer[] {
  return matchTargets(options, linearLayers(model)).map((layer) => ({
    layer,
    feedforward: matchesTargets(options.feedforward, layer.path),
  }));
}

function applyFactors(graph: Graph, scaled: ScaledLayer, site: LinearSite): Value {
  const { layer, feedforward } = scaled;
  const length = width(scaled);
  const parameter = graph.parameter(nameOf(layer), feedforward ? f32(1, length) : f32(length, 1));
  const factors = graph.reshape(parameter, length);
  if (feedforward) {
    return site.addBias(site.multiply(graph.apply(multiplyRow, [site.x, factors], {})));
  }
  return graph.apply(multiplyRow, [site.addBias(site.multiply(site.x)), factors], {});
}

function mergeFactors(
  { layer, feedforward }: ScaledLayer,
  trained: ReadonlyMap<string, HostTensor>,
): [string, BaseChange][] {
  const name = nameOf(layer);
  const factors = defined(trained.get(name), name).data;
  const scale = feedforward ? scaleColumns : scaleRows;
  const weight: BaseChange = (base) => updateWeight(layer, base, (matrix) => scale(matrix, factors));
  const bias: BaseChange = ({ shape, data }) => ({
    shape,
    data: data.map((value, i) => value * (factors[i] ?? 1)),
  });
  const changes: [string, BaseChange][] = [[`${layer.path}.weight`, weight]];
  return layer.bias && !feedforward ? [...changes, [`${layer.path}.bias`, bias]] : changes;
}

function peftConfig(options: Ia3Options, model: ModelSpec): Record<string, unknown> {
  return {
    peft_type: "IA3",
    task_type: taskType(model),
    target_modules: savedTargets(options.targets, model),
    feedforward_modules: savedTargets(options.feedforward, model),
    ...(options.excluded ? { exclude_modules: options.excluded } : {}),
    fan_in_fan_out: linearLayers(model).some((layer) => layer.conv1d),
    init_ia3_weights: true,
    modules_to_save: null,
  };
}
