import * as v from "valibot";
import { kronaFields } from "../../../shared/methods/krona";
import { linearLayers, type LinearSpec } from "../../nn/model-spec";
import { definePeftConfig } from "../common/peft-config";
import type { Method } from "../common/method";
import { OptionReader } from "../common/option-reader";
import { isLuthierConfig, luthierTag } from "../common/luthier-format";
import { savedModules } from "../common/saved-options";
import { formatTargets, matchTargets, parseTargets } from "../common/targets";
import { factorise } from "./kronecker";
import { lokrAdapter, type LokrOptions } from "./lokr";

/** LoKr keys that determine KronA's options, and unsupported ones. */
const savedKrona = definePeftConfig({
  className: "LoKrConfig",
  used: {
    r: v.number(),
    alpha: v.number(),
    target_modules: savedModules,
    exclude_modules: savedModules,
    decompose_factor: v.number(),
  },
  noEffect: { start: ["init_weights"], "other-layers": ["use_effective_conv2d"] },
  refused: {
    alpha_pattern: [],
    decompose_both: [],
    layers_pattern: [],
    layers_to_transform: [],
    module_dropout: [0],
    modules_to_save: [],
    rank_dropout: [0],
    rank_dropout_scale: [],
    rank_pattern: [],
  },
});

/**
 * KronA (Edalati et al. 2022, arXiv 2212.10650): y = W x + b + scale · (A ⊗ B) x with full factors; A starts at zero, B
 * Kaiming uniform. PEFT has no KronA, but a LoKr with a rank too high to decompose either factor is equivalent, so it
 * is implemented and saved as one. PEFT cannot load it on GPT-2's Conv1D.
 */
export const krona: Method = {
  peftType: "LOKR",
  peftKeys: savedKrona.keys,
  reads: (config) => config.peft_type === "LOKR" && isLuthierConfig("krona", config),
  bind(values, model) {
    const reader = new OptionReader(kronaFields, values);
    const targets = parseTargets(reader.text("target_modules")) ?? model.loraTargets;
    const excluded = parseTargets(reader.text("exclude_modules"), "exclude_modules");
    const factor = reader.number("decompose_factor");
    const scale = reader.number("scale");
    const rank = wholeRank(matchTargets({ targets, excluded }, linearLayers(model)), factor);
    const options: LokrOptions = {
      r: rank,
      alpha: scale * rank,
      targets,
      excluded,
      rankDropout: 0,
      moduleDropout: 0,
      rankPattern: {},
      alphaPattern: {},
      layersToTransform: null,
      layersPattern: null,
      factor,
      both: false,
      rankDropoutScale: false,
      lycorisInit: false,
    };
    return lokrAdapter(options, model, luthierTag("krona"));
  },
  readConfig(config) {
    const { alpha, r, ...saved } = savedKrona.read(config);
    return {
      scale: alpha / r,
      target_modules: formatTargets(saved.target_modules),
      exclude_modules: formatTargets(saved.exclude_modules),
      decompose_factor: saved.decompose_factor,
    };
  },
};

/** Smallest rank at which LoKr keeps the right factor of every layer whole. */
function wholeRank(layers: readonly LinearSpec[], factor: number): number {
  const sizes = layers.flatMap(({ inFeatures, outFeatures }) => [inFeatures, outFeatures]);
  return Math.max(...sizes.map((size) => Math.ceil(factorise(size, factor)[1] / 2)));
}
