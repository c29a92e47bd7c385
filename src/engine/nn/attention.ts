import type { Graph } from "../graph/graph";
import { f32, u32, type Value } from "../graph/value";
import { defined } from "../../lib/invariant";
import type { DecoderSpec } from "../models/decoder-spec";
import { ALIBI_SLOPES } from "../models/tables";
import { attention } from "../ops/attention";

/** The input that holds each query's first visible key; a window that is too short for the keys has one of its own. */
export function keyStartName(window: number | null): string {
  return window === null ? "key_start" : `key_start_${window}`;
}

/** The window that hides any of `keys` keys, or null. */
export function activeWindow(window: number | undefined, keys: number): number | null {
  return window !== undefined && window < keys ? window : null;
}

/**
 * Attention of one block as its family has it: scale, bound, slopes and sliding window. What each query sees comes
 * from the inputs `key_start` and `key_end`.
 *
 * @param q (B, Tq, H, D) @param key (B, Tk, KV, D) @param value (B, Tk, KV, D)
 * @param prefix keys in front that every query sees. A window that is shorter than the keys may pass over them: then
 *   its own `key_start` counts from the first of them.
 * @returns (B, Tq, H, D)
 */
export function blockAttention(
  graph: Graph,
  spec: DecoderSpec,
  layer: number,
  { q, key, value, prefix }: { q: Value; key: Value; value: Value; prefix: number },
): Value {
  const [batch = 0, length = 0] = q.type.shape;
  const block = defined(spec.blocks[layer], `block ${layer}`);
  const window = activeWindow(block.attention.window, key.type.shape[1] ?? 0);
  const range = [keyStartName(window), "key_end"].map((name) => graph.input(name, u32(batch * length)));
  const slopes = spec.positions.type === "alibi" ? [graph.constant(ALIBI_SLOPES, f32(spec.heads))] : [];
  const attrs = {
    scale: spec.attentionScale ?? 1 / Math.sqrt(spec.headDim),
    prefix: window === null ? prefix : 0,
    softcap: spec.attentionSoftcap ?? 0,
  };
  return graph.applyAll(attention, [q, key, value, ...range, ...slopes], attrs)[0] as Value;
}
