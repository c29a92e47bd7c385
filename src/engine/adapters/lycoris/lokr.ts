import * as v from "valibot";
import { lokrFields } from "../../../shared/methods/lokr";
import type { ModelSpec } from "../../nn/model-spec";
import { definePeftConfig } from "../common/peft-config";
import {
  factorise,
  factorParameters,
  type KroneckerLayer,
  kroneckerUpdate,
  mergeKronecker,
} from "./kronecker";
import {
  type LycorisLayer,
  lycorisConfig,
  lycorisFormat,
  lycorisHooks,
  lycorisLayers,
  type LycorisOptions,
  readLycoris,
  lycorisValues,
  savedLycoris,
} from "./lycoris";
import { defineAdapter } from "../common/define-adapter";
import type { Adapter, Method } from "../common/method";
import { OptionReader } from "../common/option-reader";
import { savedInit, savedFlag } from "../common/saved-options";

/** Supported options of LoKrConfig. */
export interface LokrOptions extends LycorisOptions {
  readonly factor: number;
  readonly both: boolean;
  readonly rankDropoutScale: boolean;
  /** Zero-initialise the right factor instead of the left. */
  readonly lycorisInit: boolean;
}

const savedLokr = definePeftConfig({
  className: "LoKrConfig",
  used: {
    ...savedLycoris,
    decompose_factor: v.nullish(v.number(), -1),
    decompose_both: savedFlag,
    rank_dropout_scale: savedFlag,
    init_weights: savedInit,
  },
  noEffect: { "other-layers": ["use_effective_conv2d"] },
  refused: { modules_to_save: [] },
});

/**
 * LoKr (Yeh et al. 2024, arXiv 2309.14859): y = W x + b + ΔW x with ΔW = alpha / r · w1 ⊗ w2, where w2 (and w1 with
 * decompose_both) is a product of rank r if that is smaller. PEFT supports it on Linear layers only, so it cannot load
 * one for GPT-2's Conv1D.
 */
export const lokr: Method = {
  peftType: "LOKR",
  peftKeys: savedLokr.keys,
  bind(values, model) {
    return lokrAdapter(readOptions(new OptionReader(lokrFields, values), model), model);
  },
  readConfig(config) {
    const saved = savedLokr.read(config);
    return {
      ...lycorisValues(saved),
      decompose_factor: saved.decompose_factor,
      decompose_both: saved.decompose_both,
      rank_dropout_scale: saved.rank_dropout_scale,
      init_weights: saved.init_weights === "lycoris" ? "lycoris" : "true",
    };
  },
};

/** @param mark additional keys of the config */
export function lokrAdapter(
  options: LokrOptions,
  model: ModelSpec,
  mark: Readonly<Record<string, unknown>> = {},
): Adapter {
  const layers = new Map(
    lycorisLayers(options, model).map((layer) => [layer.layer.path, factoriseLayer(layer, options)]),
  );
  const drop = { ...options, rescale: options.rankDropoutScale };
  // A decomposed factor starts at zero through w1_a, or through w2_b with "lycoris".
  const zeroPart = options.lycorisInit ? "_b" : "_a";
  return defineAdapter({
    parameters: [...layers.values()].flatMap(({ left, right }) =>
      [left, right].flatMap((factor) => factorParameters(factor, zeroPart)),
    ),
    hooks: (graph, mode) =>
      lycorisHooks(
        graph,
        layers,
        (layer, x) => kroneckerUpdate(graph, layer, x),
        mode === "train" ? drop : null,
      ),
    config: { ...peftConfig(options, model), ...mark },
    ...lycorisFormat(layers),
    merge: (trained) => new Map([...layers.values()].map((layer) => mergeKronecker(layer, trained))),
  });
}

function readOptions(reader: OptionReader, model: ModelSpec): LokrOptions {
  return {
    ...readLycoris(reader, model),
    factor: reader.number("decompose_factor"),
    both: reader.boolean("decompose_both"),
    rankDropoutScale: reader.boolean("rank_dropout_scale"),
    lycorisInit: reader.text("init_weights") === "lycoris",
  };
}

/** Chooses full or decomposed factors by PEFT's rules, which determine the tensors of a file. */
function factoriseLayer(layer: LycorisLayer, { factor, both, lycorisInit }: LokrOptions): KroneckerLayer {
  const { path, inFeatures, outFeatures } = layer.layer;
  const { rank } = layer;
  const [leftColumns, rightColumns] = factorise(inFeatures, factor);
  const [leftRows, rightRows] = factorise(outFeatures, factor);
  const isSmall = (rows: number, columns: number): boolean => rank < Math.max(rows, columns) / 2;
  const name = (part: string): string => `base_model.model.${path}.lokr_${part}`;
  const left = { name: name("w1"), rows: leftRows, columns: leftColumns, zero: !lycorisInit };
  const right = { name: name("w2"), rows: rightRows, columns: rightColumns, zero: lycorisInit };
  return {
    ...layer,
    left: { ...left, rank: both && isSmall(leftRows, leftColumns) ? rank : null },
    right: { ...right, rank: isSmall(rightRows, rightColumns) ? rank : null },
  };
}

function peftConfig(options: LokrOptions, model: ModelSpec): Record<string, unknown> {
  return {
    peft_type: "LOKR",
    ...lycorisConfig(options, model),
    decompose_factor: options.factor,
    decompose_both: options.both,
    rank_dropout_scale: options.rankDropoutScale,
    init_weights: options.lycorisInit ? "lycoris" : true,
  };
}
