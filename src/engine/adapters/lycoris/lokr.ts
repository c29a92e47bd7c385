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
import { savedStart, savedSwitch } from "../common/saved-options";

/** LoKrConfig as the studio reads it. */
export interface LokrOptions extends LycorisOptions {
  readonly factor: number;
  readonly both: boolean;
  readonly rankDropoutScale: boolean;
  /** The right factor starts at zero instead of the left one. */
  readonly lycorisInit: boolean;
}

const savedLokr = definePeftConfig({
  className: "LoKrConfig",
  used: {
    ...savedLycoris,
    decompose_factor: v.nullish(v.number(), -1),
    decompose_both: savedSwitch,
    rank_dropout_scale: savedSwitch,
    init_weights: savedStart,
  },
  idle: { "other-layers": ["use_effective_conv2d"] },
  refused: { modules_to_save: [] },
});

/**
 * LoKr (Yeh et al. 2024, arXiv 2309.14859): y = W x + b + ΔW x with ΔW = alpha / r · w1 ⊗ w2, of which w2 (and with
 * decompose_both w1) is a product of rank r where that is smaller. PEFT has it for Linear layers only: it cannot load
 * one of GPT-2, whose layers are Conv1D.
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

/** @param mark what the config has besides LoKr's own keys */
export function lokrAdapter(
  options: LokrOptions,
  model: ModelSpec,
  mark: Readonly<Record<string, unknown>> = {},
): Adapter {
  const layers = new Map(
    lycorisLayers(options, model).map((layer) => [layer.layer.path, cutLayer(layer, options)]),
  );
  const drop = { ...options, rescale: options.rankDropoutScale };
  // In a product of two the start is a zero w1_a, or with "lycoris" a zero w2_b.
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

/** PEFT's rules of which factor is whole: a file must hold exactly what they say. */
function cutLayer(layer: LycorisLayer, { factor, both, lycorisInit }: LokrOptions): KroneckerLayer {
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
