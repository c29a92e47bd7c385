import { LuthierError } from "../../lib/errors";
import type { LinearSpec, NormSpec } from "../nn/model-spec";
import { wordsOrNull } from "./config/fields";

/** A linear layer with weight (out, in). */
export function linear(path: string, inFeatures: number, outFeatures: number, bias: boolean): LinearSpec {
  return { path, inFeatures, outFeatures, bias, conv1d: false };
}

export function layerNorm(path: string, size: number, epsilon: number): NormSpec {
  return { path, type: "layer", size, epsilon };
}

/** `weightOffset` is 1 if the stored weight is an offset from one. */
export function rmsNorm(path: string, size: number, epsilon: number, weightOffset: 0 | 1 = 0): NormSpec {
  return { path, type: "rms", size, epsilon, weightOffset };
}

/** Attention head sizes. */
export interface HeadSizes {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
}

/**
 * Validates grouped-query heads with rotary embedding. Errors: heads not divisible by key-value heads, or an odd head
 * size.
 */
export function groupedHeads(heads: number, keyValueHeads: number, headDim: number): HeadSizes {
  if (heads % keyValueHeads !== 0 || headDim % 2 !== 0)
    throw new LuthierError({ code: "model/heads", heads, keyValueHeads, headDim });
  return { heads, keyValueHeads, headDim };
}

/** Head size when heads split the hidden size. Errors: not divisible. */
export function evenHeadDim(hiddenSize: number, heads: number): number {
  if (hiddenSize % heads === 0) return hiddenSize / heads;
  throw new LuthierError({ code: "model/hidden-not-multiple", hiddenSize, heads });
}

/** Attention types of layers; transformers treats "attention" as "full_attention". */
export const layerTypes = wordsOrNull(["full_attention", "sliding_attention", "attention"]);

/**
 * Window size per layer, from layer_types or by layer index. Errors: layer_types of the wrong length, or a sliding
 * layer without a window size.
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
 * The embedding row without gradient (PyTorch's `padding_idx`), as part of a specification. Negative ids count from the
 * end of the vocabulary. Errors: an id out of range.
 */
export function paddingRow(id: number | null, vocabularySize: number): { readonly paddingId?: number } {
  if (id === null) return {};
  if (id >= vocabularySize || id < -vocabularySize)
    throw new LuthierError({ code: "model/pad-token", id, vocabularySize });
  return { paddingId: id < 0 ? id + vocabularySize : id };
}
