import type { Graph } from "../graph/graph";
import type { WeightRef } from "../graph/op";
import type { Value } from "../graph/value";
import type { BlockSpec, LinearSpec, SublayerName } from "./model-spec";

/** A linear layer applied to x (…, in). */
export interface LinearSite {
  readonly layer: LinearSpec;
  readonly x: Value;
  /** The frozen weight (out, in). */
  readonly weight: WeightRef;
  /** x Wᵀ without bias: (…, in) -> (…, out). W is the frozen weight or its trainable replacement. */
  multiply(x: Value): Value;
  /** y + b, or y if the layer has no bias. */
  addBias(y: Value): Value;
}

/** Output y (tokens, hidden) of a sub-layer, before any output norm and the residual add. */
export interface SublayerSite {
  readonly block: BlockSpec;
  /** Block index, encoder blocks first. */
  readonly layer: number;
  readonly place: SublayerName;
  readonly y: Value;
  /** Sum of the residual stream and y (or its replacement), unscaled, through the output norm if the model has one. */
  withResidual(y: Value): Value;
}

/** Keys and values prepended to the sequence's own, (P, KV, D) each, unbatched. */
export interface PrefixKeyValue {
  readonly key: Value;
  readonly value: Value;
  /** Dropout probability, sampled per sequence. */
  readonly dropout: number;
}

/** An embedding lookup. */
export interface EmbeddingSite {
  /** Module path: "model.embed_tokens". */
  readonly path: string;
  /** u32 (R), all less than the table's row count. */
  readonly ids: Value;
  /** The looked-up rows (R, width), scaled by `factor`. */
  readonly rows: Value;
  readonly factor: number;
  /** Row without gradient, if any. */
  readonly padding: { readonly paddingRow?: number };
}

/** A low-rank addition low upᵀ to a layer's output, with low (rows, r) and up (out, r). */
export interface LowRankUpdate {
  readonly low: Value;
  readonly up: Value;
}

/** A trainable matrix stored as (rows, columns), or transposed (Conv1D). */
export interface TrainableMatrix {
  readonly value: Value;
  readonly transposed: boolean;
}

/**
 * Extension points of a model for adapters, identified by Hugging Face paths. A method implements those it needs;
 * models and methods do not depend on each other.
 */
export interface AdapterHooks {
  /** Replaces a linear layer's output `addBias(multiply(x))`, bias included. */
  linear?(site: LinearSite): Value;
  /** A trainable replacement of a frozen bias or norm weight, or null. */
  vector?(name: string, length: number): Value | null;
  /**
   * A trainable replacement of a frozen matrix (linear layer, embedding table or head), or null. `module` is the path
   * of the module that uses it: a tied head requests the embedding's tensor under its own path.
   */
  matrix?(name: string, rows: number, columns: number, module: string): TrainableMatrix | null;
  /** Replaces the rows of an embedding lookup. */
  embedding?(site: EmbeddingSite): Value;
  /** A low-rank addition to the logits for hidden states (rows, embedding size), or null. */
  head?(hidden: Value): LowRankUpdate | null;
  /** Replaces a sub-layer's output y. */
  sublayer?(site: SublayerSite): Value;
  /**
   * An extra forward pass over the same tokens with its own hooks and KV cache. Its hidden states (tokens, embedding
   * size) are passed to `take` before any other hook is called.
   */
  readonly firstPass?: { readonly hooks: AdapterHooks; take(hidden: Value): void };
  /** Replaces the input (tokens, hidden) of the first block (the encoder's, if any): embeddings with positions. */
  embedded?(x: Value): Value;
  /** Replaces the final hidden states (tokens, hidden), after the head's input scale. */
  hidden?(x: Value): Value;
  /** Embeddings (P, hidden) of virtual tokens prepended to the text (the encoder's, if any). */
  virtualTokens?(): Value;
  /** Keys and values of a layer prepended to every sequence. */
  prefix?(layer: number): PrefixKeyValue;
}

/** The unmodified base model. */
export const noAdapter: AdapterHooks = {};

/** Whether a graph is for training (dropout active) or inference. */
export type GraphMode = "train" | "infer";

/** Creates a method's hooks for a graph. */
export type MakeHooks = (graph: Graph, mode: GraphMode) => AdapterHooks;
