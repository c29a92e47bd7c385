import type { Graph } from "../graph/graph";
import { f32, u32, type Value } from "../graph/value";
import { defined } from "../../lib/invariant";
import type { AttentionDropout } from "./base-dropout";
import type { ModelSpec } from "./model-spec";
import { STEP_SCALARS, stepScalarsInput } from "./step-scalars";
import { ALIBI_SLOPES } from "./tables";
import { attention } from "../ops/attention";
import type { AttentionAttrs } from "../ops/attention-kernels";
import { attentionSeed } from "../ops/attention-seed";

/** Name of the input with each query's first visible key. A sliding window shorter than the key count has its own. */
export function keyStartName(window: number | null): string {
  return window === null ? "key_start" : `key_start_${window}`;
}

/** The window if it is shorter than `keys`, else null. */
function activeWindow(window: number | undefined, keys: number): number | null {
  return window !== undefined && window < keys ? window : null;
}

/** q (B, Tq, H, D), key and value (B, Tk, KV, D), the distance bias (distances, H), and the dropout, or null. */
interface AttentionParts {
  readonly q: Value;
  readonly key: Value;
  readonly value: Value;
  readonly bias: Value | null;
  /** Whether the queries belong to several sequences, each with its own range of keys. */
  readonly scattered?: boolean;
  readonly dropout: AttentionDropout | null;
}

/** Attention of queries over the key ranges given by two inputs, with bias or slopes, and dropout. */
function attend(
  graph: Graph,
  { q, key, value, dropout }: AttentionParts,
  rangeNames: readonly string[],
  bias: Value | null,
  attrs: AttentionAttrs,
): Value {
  const [batch = 0, length = 0] = q.type.shape;
  const ranges = rangeNames.map((name) => graph.input(name, u32(batch * length)));
  const inputs = [q, key, value, ...ranges, ...(bias ? [bias] : [])];
  if (!dropout) return graph.applyAll(attention, inputs, attrs)[0] as Value;
  const { share, site } = dropout;
  const seedIndex = STEP_SCALARS.seed;
  const seed = graph.apply(attentionSeed, [stepScalarsInput(graph), ...(bias ? [bias] : [])], {
    site,
    seedIndex,
  });
  return graph.applyAll(attention, [...inputs, seed], { ...attrs, dropout: share })[0] as Value;
}

/**
 * Self-attention of a decoder block: scale, bias and sliding window come from the model spec, visible key ranges from
 * the inputs `key_start` and `key_end`.
 *
 * @param q (B, Tq, H, D) @param key (B, Tk, KV, D) @param value (B, Tk, KV, D)
 * @param prefix number of leading keys visible to every query. A window shorter than the keys may exclude them: its own
 *   `key_start` then counts from the first prefix key.
 * @param bias (distances, H) relative position bias; a query's own position is then the last key it sees
 * @returns (B, Tq, H, D)
 */
export function blockAttention(
  graph: Graph,
  spec: ModelSpec,
  layer: number,
  { prefix, scattered = false, ...parts }: AttentionParts & { readonly prefix: number },
): Value {
  const { key, bias } = parts;
  const block = defined(spec.blocks[layer], `block ${layer}`);
  const window = activeWindow(block.attention.window, key.type.shape[1] ?? 0);
  const slopes = spec.positions.type === "alibi" ? graph.constant(ALIBI_SLOPES, f32(spec.heads)) : null;
  const attrs = {
    scale: spec.attentionScale ?? 1 / Math.sqrt(spec.headDim),
    prefix: window === null ? prefix : 0,
    scattered,
    ...(bias ? { distancesFrom: "last-key" as const } : {}),
  };
  return attend(graph, parts, [keyStartName(window), "key_end"], bias ?? slopes, attrs);
}

/**
 * Inputs with the visible encoder tokens of encoder queries (self-attention) and of decoder queries (cross-attention).
 */
export const ENCODER_RANGE = ["encoder_key_start", "encoder_key_end"] as const;
export const CROSS_RANGE = ["cross_key_start", "cross_key_end"] as const;

/**
 * Attention over the encoder's tokens: its self-attention (bidirectional, with bias) or the decoder's cross-attention.
 * `names` are the inputs with the visible key ranges.
 */
export function encoderAttention(
  graph: Graph,
  spec: ModelSpec,
  { scattered = false, ...parts }: AttentionParts,
  names: typeof ENCODER_RANGE | typeof CROSS_RANGE,
): Value {
  const { bias } = parts;
  const attrs = {
    scale: spec.attentionScale ?? 1 / Math.sqrt(spec.headDim),
    prefix: 0,
    scattered,
    ...(bias ? { distancesFrom: "row" as const } : {}),
  };
  return attend(graph, parts, names, bias, attrs);
}
