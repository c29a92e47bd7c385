import type { Value } from "../graph/value";
import type { Graph } from "../graph/graph";
import { applyDropout } from "./step-scalars";

/** Dropout probabilities of the base model, as in transformers; 0 disables a site. */
export interface BaseDropout {
  /** After the embeddings with positions. */
  readonly embedding: number;
  /** After a sub-layer, before the residual add. */
  readonly residual: number;
  /** After the feed-forward layer's activation. */
  readonly inner: number;
  /** After the final norm. */
  readonly final: number;
  /** Of attention probabilities. */
  readonly attention: number;
}

/** Dropout sites, numbered within a block, or within a stack outside its blocks. */
const PLACES = { embedding: 0, final: 1, attention: 0, mlp: 1, cross: 2, inner: 3 } as const;

/** Offset of the base model's sites from those of adapters, which count from 0. */
const FIRST_SITE = 0x4000_0000;

/** Offset of attention sites from the others within a pass. */
const FIRST_ATTENTION_SITE = FIRST_SITE + (1 << 23);

/** Location of a value: the number of its block, over both stacks, or an end of a stack. */
export type DropPlace =
  | { readonly place: "attention" | "mlp" | "cross" | "inner"; readonly layer: number }
  | { readonly place: "embedding" | "final"; readonly stack: "encoder" | "decoder" };

/** Dropout of a pass: probabilities, and the number of earlier passes over the same tokens in the graph. */
export interface PassDropout {
  readonly shares: BaseDropout;
  readonly passesBefore: number;
}

/** Applies dropout at a location; returns x if there is none. */
export function dropInBase(graph: Graph, x: Value, dropout: PassDropout | undefined, at: DropPlace): Value {
  if (!dropout) return x;
  const { shares, passesBefore } = dropout;
  const isResidual = at.place === "attention" || at.place === "mlp" || at.place === "cross";
  const block = "layer" in at ? at.layer + 1 : 0;
  const end = "stack" in at && at.stack === "encoder" ? 2 : 0;
  const site = FIRST_SITE + (passesBefore << 24) + 4 * block + PLACES[at.place] + end;
  return applyDropout(graph, x, shares[isResidual ? "residual" : at.place], site);
}

/** Dropout of attention probabilities, with its own site. */
export interface AttentionDropout {
  readonly share: number;
  readonly site: number;
}

/** Attention dropout of a block, numbered over both stacks; null if there is none. */
export function dropInAttention(
  dropout: PassDropout | undefined,
  kind: "self" | "cross",
  layer: number,
): AttentionDropout | null {
  const share = dropout?.shares.attention ?? 0;
  if (!dropout || share === 0) return null;
  const number = 2 * layer + (kind === "cross" ? 1 : 0);
  return { share, site: FIRST_ATTENTION_SITE + (dropout.passesBefore << 24) + number };
}
