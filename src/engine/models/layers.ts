import { LuthierError } from "../../lib/errors";
import type { ConfigReader } from "./config-reader";
import type { LinearSpec, NormSpec } from "../nn/model-spec";

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

/**
 * Reads the sizes of grouped heads with rotary positions. Errors: heads that cannot share key-value heads, an odd width.
 *
 * @param defaultWidth a head's width where config.json does not say; absent: hidden size / heads
 */
export function readHeads(config: ConfigReader, defaultWidth?: number): HeadSizes {
  const heads = config.integer("num_attention_heads");
  const keyValueHeads = config.integer("num_key_value_heads", heads);
  const headDim = config.integer(
    "head_dim",
    defaultWidth ?? Math.floor(config.integer("hidden_size") / heads),
  );
  if (heads % keyValueHeads !== 0 || headDim % 2 !== 0) {
    throw new LuthierError(
      "model",
      `config.json: ${heads} attention heads of width ${headDim} do not go with ${keyValueHeads} key-value heads.`,
      "The heads must be a multiple of the key-value heads, and their width even.",
    );
  }
  return { heads, keyValueHeads, headDim };
}

/** The width of each of `heads` heads that divide the hidden size among them. Errors: they do not. */
export function evenHeadDim(hidden: number, heads: number): number {
  if (hidden % heads === 0) return hidden / heads;
  throw new LuthierError(
    "model",
    `config.json: the hidden size ${hidden} is not a multiple of ${heads} attention heads.`,
    "Check that config.json belongs to these weights.",
  );
}

/** A setting that published checkpoints of a family leave off, and that it does not have here. */
export function refuseSetting(setting: string): LuthierError {
  return new LuthierError(
    "model",
    `config.json asks for ${setting}, which this family does not have here.`,
    "Choose a checkpoint without it.",
  );
}

/** Whether each of `layers` layers has a sliding window, from layer_types or else by the layer's number. */
export function slidingLayers(
  config: ConfigReader,
  layers: number,
  otherwise: (layer: number) => boolean,
): readonly boolean[] {
  const types = config.words("layer_types", ["full_attention", "sliding_attention"]);
  if (types && types.length !== layers) {
    throw new LuthierError(
      "model",
      `config.json: layer_types names ${types.length} layers, num_hidden_layers ${layers}.`,
      "Check that config.json belongs to these weights.",
    );
  }
  return Array.from({ length: layers }, (_, layer) =>
    types ? types[layer] === "sliding_attention" : otherwise(layer),
  );
}
