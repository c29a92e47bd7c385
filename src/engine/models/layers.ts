import { LuthierError } from "../../lib/errors";
import type { LinearSpec, NormSpec } from "../nn/model-spec";
import { wordsOrNull } from "./config/fields";

/** A linear layer whose weight is stored as (out, in). */
export function linear(path: string, inFeatures: number, outFeatures: number, bias: boolean): LinearSpec {
  return { path, inFeatures, outFeatures, bias, conv1d: false };
}

export function layerNorm(path: string, size: number, epsilon: number): NormSpec {
  return { path, type: "layer", size, epsilon };
}

/** `weightOffset` is 1 where the stored weight is the difference from one. */
export function rmsNorm(path: string, size: number, epsilon: number, weightOffset: 0 | 1 = 0): NormSpec {
  return { path, type: "rms", size, epsilon, weightOffset };
}

/** Sizes of a model's attention heads. */
export interface HeadSizes {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
}

/** Checks the sizes of grouped heads with rotary positions. Errors: heads that cannot share key-value heads, an odd width. */
export function groupedHeads(heads: number, keyValueHeads: number, headDim: number): HeadSizes {
  if (heads % keyValueHeads !== 0 || headDim % 2 !== 0)
    throw new LuthierError({ code: "model/heads", heads, keyValueHeads, headDim });
  return { heads, keyValueHeads, headDim };
}

/** The width of each of `heads` heads that divide the hidden size among them. Errors: they do not. */
export function evenHeadDim(hiddenSize: number, heads: number): number {
  if (hiddenSize % heads === 0) return hiddenSize / heads;
  throw new LuthierError({ code: "model/hidden-not-multiple", hiddenSize, heads });
}

/** Kinds of layers by what they see; transformers reads the last as the first. */
export const layerTypes = wordsOrNull(["full_attention", "sliding_attention", "attention"]);

/**
 * The window of each of `layers` layers, from layer_types or else by the layer's number. Errors: layer_types of another
 * length, a layer with a window where the model has none.
 */
export function slidingWindows(
  types: readonly string[] | null,
  layers: number,
  window: number | null,
  slides: (layer: number) => boolean,
): (number | undefined)[] {
  if (types && types.length !== layers)
    throw new LuthierError({ code: "model/layer-types", key: "layer_types", named: types.length, layers });
  return Array.from({ length: layers }, (_, layer) => {
    if (!(types ? types[layer] === "sliding_attention" : slides(layer))) return undefined;
    if (window === null) throw new LuthierError({ code: "model/no-window" });
    return window;
  });
}

/**
 * The row of the token embedding that PyTorch gives no gradient (`padding_idx`), as a part of the specification. Errors:
 * an id outside the vocabulary; negative ones count from its end.
 */
export function paddingRow(id: number | null, vocabularySize: number): { readonly paddingId?: number } {
  if (id === null) return {};
  if (id >= vocabularySize || id < -vocabularySize)
    throw new LuthierError({ code: "model/pad-token", id, vocabularySize });
  return { paddingId: id < 0 ? id + vocabularySize : id };
}
