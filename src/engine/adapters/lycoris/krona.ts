import { kronaFields } from "../../../spec/methods/krona";
import { linearLayers, type LinearSpec } from "../../nn/model-spec";
import { refuseUnless } from "../common/config-check";
import {
  factorise,
  factorParameters,
  type KroneckerLayer,
  kroneckerUpdate,
  mergeKronecker,
} from "./kronecker";
import { lycorisConfig, lycorisFormat, lycorisHooks } from "./lycoris";
import { defineAdapter } from "../common/define-adapter";
import type { Method } from "../common/method";
import { OptionReader } from "../common/option-reader";
import { targetsText } from "../common/saved-options";
import { matchTargets, parseTargets } from "../common/targets";

/**
 * KronA (Edalati et al. 2022, arXiv 2212.10650): y = W x + b + scale · (A ⊗ B) x with both factors whole. A starts at
 * zero, B Kaiming uniform. PEFT has no KronA; a LoKr whose rank is too high to cut either factor is the same, so that is
 * what is written: PEFT loads it, but not on GPT-2's Conv1D.
 */
export const krona: Method = {
  peftType: "LOKR",
  reads: ({ peft_type: type, luthier_method: method }) => type === "LOKR" && method === "krona",
  bind(values, model) {
    const reader = new OptionReader(kronaFields, values);
    const targets = parseTargets(reader.text("target_modules")) ?? model.loraTargets;
    const excluded = parseTargets(reader.text("exclude_modules"), "exclude_modules");
    const factor = reader.number("decompose_factor");
    const scale = reader.number("scale");
    const layers = new Map(
      matchTargets({ targets, excluded }, linearLayers(model)).map((layer, index) => [
        layer.path,
        wholeFactors(layer, index, factor, scale),
      ]),
    );
    const rank = wholeRank([...layers.values()]);
    const lycoris = {
      r: rank,
      alpha: scale * rank,
      targets,
      excluded,
      rankDropout: 0,
      moduleDropout: 0,
      rankPattern: {},
      alphaPattern: {},
      layersToTransform: null,
    };
    return defineAdapter({
      parameters: [...layers.values()].flatMap(({ left, right }) =>
        [left, right].flatMap((part) => factorParameters(part, "_a")),
      ),
      hooks: (graph) => lycorisHooks(graph, layers, (layer, x) => kroneckerUpdate(graph, layer, x), null),
      config: {
        peft_type: "LOKR",
        luthier_method: "krona",
        ...lycorisConfig(lycoris, model),
        decompose_factor: factor,
        decompose_both: false,
        rank_dropout_scale: false,
        init_weights: true,
      },
      ...lycorisFormat(layers),
      merge: (trained) => new Map([...layers.values()].map((layer) => mergeKronecker(layer, trained))),
    });
  },
  readConfig(config) {
    refuseUnless(config, { modules_to_save: [null], decompose_both: [false] });
    return {
      scale: (config.alpha as number) / (config.r as number),
      target_modules: targetsText(config.target_modules),
      exclude_modules: targetsText(config.exclude_modules),
      decompose_factor: config.decompose_factor as number,
    };
  },
};

function wholeFactors(layer: LinearSpec, index: number, factor: number, scale: number): KroneckerLayer {
  const [leftColumns, rightColumns] = factorise(layer.inFeatures, factor);
  const [leftRows, rightRows] = factorise(layer.outFeatures, factor);
  const name = (part: string): string => `base_model.model.${layer.path}.lokr_${part}`;
  return {
    layer,
    index,
    scale,
    rank: Math.ceil(Math.max(rightRows, rightColumns) / 2),
    left: { name: name("w1"), rows: leftRows, columns: leftColumns, rank: null, zero: true },
    right: { name: name("w2"), rows: rightRows, columns: rightColumns, rank: null, zero: false },
  };
}

/** The smallest rank with which LoKr leaves the right factor of every layer whole. */
function wholeRank(layers: readonly KroneckerLayer[]): number {
  return Math.max(...layers.map(({ rank }) => rank));
}
