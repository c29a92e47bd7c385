import type { Value } from "../graph/value";
import type { Graph } from "../graph/graph";
import { applyDropout } from "./step-scalars";

/** Shares of numbers that transformers drops within the base model while it trains; 0 where nothing is dropped. */
export interface BaseDropout {
  /** Of the embeddings with their positions. */
  readonly embedding: number;
  /** Of what a sub-layer gives, before it joins the residual stream. */
  readonly residual: number;
  /** Of what the feed-forward layer's activation gives. */
  readonly inner: number;
  /** Of the last norm's output. */
  readonly final: number;
  /** Of attention's probabilities. */
  readonly attention: number;
}

/** The places that drop, numbered within a block, or within a stack outside of its blocks. */
const PLACES = { embedding: 0, final: 1, attention: 0, mlp: 1, cross: 2, inner: 3 } as const;

/** Sites of the base model stand apart from those of adapters, which count from 0. */
const FIRST_SITE = 0x4000_0000;

/** Sites of attention's probabilities stand apart from those of values within a pass. */
const FIRST_ATTENTION_SITE = FIRST_SITE + (1 << 23);

/** Where in a model a value is: in a block, by its number in both stacks, or at an end of a stack. */
export type DropPlace =
  | { readonly place: "attention" | "mlp" | "cross" | "inner"; readonly layer: number }
  | { readonly place: "embedding" | "final"; readonly stack: "encoder" | "decoder" };

/** The dropout of a pass: its shares, and how many passes over the same tokens came before it in the graph. */
export interface PassDropout {
  readonly shares: BaseDropout;
  readonly passesBefore: number;
}

/** x as the base model drops it at a place; the same x where the pass drops nothing there. */
export function dropInBase(graph: Graph, x: Value, dropout: PassDropout | undefined, at: DropPlace): Value {
  if (!dropout) return x;
  const { shares, passesBefore } = dropout;
  const isResidual = at.place === "attention" || at.place === "mlp" || at.place === "cross";
  const block = "layer" in at ? at.layer + 1 : 0;
  const end = "stack" in at && at.stack === "encoder" ? 2 : 0;
  const site = FIRST_SITE + (passesBefore << 24) + 4 * block + PLACES[at.place] + end;
  return applyDropout(graph, x, shares[isResidual ? "residual" : at.place], site);
}

/** Dropout of an attention's probabilities, at a site of its own. */
export interface AttentionDropout {
  readonly share: number;
  readonly site: number;
}

/** How the attention of a block, by its number in both stacks, drops; null where the pass drops nothing there. */
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
