import type { Graph } from "../graph/graph";
import { f32, u32, type Value } from "../graph/value";
import { defined } from "../../lib/invariant";
import type { ModelSpec } from "./model-spec";
import { ALIBI_SLOPES } from "./tables";
import { attention } from "../ops/attention";

/** The input that holds each query's first visible key; a window that is too short for the keys has one of its own. */
export function keyStartName(window: number | null): string {
  return window === null ? "key_start" : `key_start_${window}`;
}

/** The window that hides any of `keys` keys, or null. */
export function activeWindow(window: number | undefined, keys: number): number | null {
  return window !== undefined && window < keys ? window : null;
}

/** q (B, Tq, H, D), key and value (B, Tk, KV, D), and what scores get for each distance, or null. */
interface AttentionParts {
  readonly q: Value;
  readonly key: Value;
  readonly value: Value;
  readonly bias: Value | null;
}

/**
 * Attention of one block as its family has it: scale, bound, biases and sliding window. What each query sees comes
 * from the inputs `key_start` and `key_end`.
 *
 * @param q (B, Tq, H, D) @param key (B, Tk, KV, D) @param value (B, Tk, KV, D)
 * @param prefix keys in front that every query sees. A window that is shorter than the keys may pass over them: then
 *   its own `key_start` counts from the first of them.
 * @param bias (distances, H) where scores change by distance; the last key that a query sees is then its own
 * @returns (B, Tq, H, D)
 */
export function blockAttention(
  graph: Graph,
  spec: ModelSpec,
  layer: number,
  { q, key, value, prefix, bias }: AttentionParts & { readonly prefix: number },
): Value {
  const [batch = 0, length = 0] = q.type.shape;
  const block = defined(spec.blocks[layer], `block ${layer}`);
  const window = activeWindow(block.attention.window, key.type.shape[1] ?? 0);
  const range = [keyStartName(window), "key_end"].map((name) => graph.input(name, u32(batch * length)));
  const slopes = spec.positions.type === "alibi" ? graph.constant(ALIBI_SLOPES, f32(spec.heads)) : null;
  const biases = bias ?? slopes;
  const attrs = {
    scale: spec.attentionScale ?? 1 / Math.sqrt(spec.headDim),
    prefix: window === null ? prefix : 0,
    ...(bias ? { distancesFrom: "last-key" as const } : {}),
  };
  return graph.applyAll(attention, [q, key, value, ...range, ...(biases ? [biases] : [])], attrs)[0] as Value;
}

/** Names of the inputs that say what queries of an encoder, and queries of a decoder, see of the encoder's tokens. */
export const ENCODER_RANGE = ["encoder_key_start", "encoder_key_end"] as const;
export const CROSS_RANGE = ["cross_key_start", "cross_key_end"] as const;

/**
 * Attention to the encoder's tokens, by its own queries (with biases for distances to both sides) or by the decoder's.
 * What each query sees comes from the inputs of those names.
 */
export function encoderAttention(
  graph: Graph,
  spec: ModelSpec,
  { q, key, value, bias }: AttentionParts,
  names: typeof ENCODER_RANGE | typeof CROSS_RANGE,
): Value {
  const [batch = 0, length = 0] = q.type.shape;
  const range = names.map((name) => graph.input(name, u32(batch * length)));
  const attrs = {
    scale: spec.attentionScale ?? 1 / Math.sqrt(spec.headDim),
    prefix: 0,
    ...(bias ? { distancesFrom: "row" as const } : {}),
  };
  return graph.applyAll(attention, [q, key, value, ...range, ...(bias ? [bias] : [])], attrs)[0] as Value;
}
