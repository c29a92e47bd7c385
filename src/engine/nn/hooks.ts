import type { Graph } from "../graph/graph";
import type { WeightRef } from "../graph/op";
import type { Value } from "../graph/value";
import type { BlockSpec, LinearSpec, SublayerName } from "./model-spec";

/** A linear layer that runs on x (…, in). */
export interface LinearSite {
  readonly layer: LinearSpec;
  readonly x: Value;
  /** The frozen weight (out, in). */
  readonly weight: WeightRef;
  /** W x without bias: (…, in) -> (…, out). W is the frozen weight, or the trainable one in its place. */
  multiply(x: Value): Value;
  /** y + b, or y where the layer has no bias. */
  addBias(y: Value): Value;
}

/** What a sub-layer of a block gives, y (tokens, hidden), before a norm of it and before it joins the residual stream. */
export interface SublayerSite {
  readonly block: BlockSpec;
  /** The block's number, those of an encoder counted before the decoder's. */
  readonly layer: number;
  readonly place: SublayerName;
  readonly y: Value;
  /** The residual stream with y, or with what stands for it, in it; through the norm of y where the model has one. */
  withResidual(y: Value): Value;
}

/** Keys and values in front of the text's own, (P, KV, D) each, without batch. */
export interface PrefixKeyValue {
  readonly key: Value;
  readonly value: Value;
  /** Share of their numbers that is dropped, in each sequence others. */
  readonly dropout: number;
}

/** An embedding table that is looked up. */
export interface EmbeddingSite {
  /** Module path: "model.embed_tokens". */
  readonly path: string;
  /** u32 (R), below the number of the table's rows. */
  readonly ids: Value;
  /** The table's own rows (R, width), times `factor`. */
  readonly rows: Value;
  readonly factor: number;
  /** The row that gets no gradient, where there is one. */
  readonly padding: { readonly paddingRow?: number };
}

/** What is added to a layer's output: low upᵀ, with low (rows, r) and up (out, r). */
export interface LowRankUpdate {
  readonly low: Value;
  readonly up: Value;
}

/** A matrix that trains, lying as (rows, columns) or as its transpose (Conv1D). */
export interface TrainableMatrix {
  readonly value: Value;
  readonly transposed: boolean;
}

/**
 * The places of a model where a method may act, named by Hugging Face paths. A method gives only those it uses;
 * models know no method and methods know no model.
 */
export interface AdapterHooks {
  /** What a linear layer gives, bias included, instead of `addBias(multiply(x))`. */
  linear?(site: LinearSite): Value;
  /** A trainable vector in the place of a frozen bias or norm weight, or null. */
  vector?(name: string, length: number): Value | null;
  /**
   * A trainable matrix in the place of a frozen one (a linear layer's, a table's, the head's), or null. `module` is the
   * path of the module that uses it: a tied head asks under its own path for the embedding's tensor.
   */
  matrix?(name: string, rows: number, columns: number, module: string): TrainableMatrix | null;
  /** Rows of an embedding table, instead of the site's own. */
  embedding?(site: EmbeddingSite): Value;
  /** What the output head adds to its logits for hidden states (rows, embedding size), or null. */
  head?(hidden: Value): LowRankUpdate | null;
  /** What a sub-layer gives instead of y. */
  sublayer?(site: SublayerSite): Value;
  /**
   * A pass over the same tokens before the other hooks act, with hooks of its own and keys and values of its own; what it
   * gives (tokens, embedding size) is taken before the first of the others is asked.
   */
  readonly firstPass?: { readonly hooks: AdapterHooks; take(hidden: Value): void };
  /** What the first block, the encoder's where there is one, gets instead of embeddings with their positions (tokens, hidden). */
  embedded?(x: Value): Value;
  /** What the head gets instead of the final hidden states (tokens, hidden), as they are scaled for it. */
  hidden?(x: Value): Value;
  /** The embeddings (P, hidden) of virtual tokens in front of the text, that of the encoder where there is one. */
  virtualTokens?(): Value;
  /** What every query of a layer sees in front of its own sequence. */
  prefix?(layer: number): PrefixKeyValue;
}

/** The base model as it is. */
export const noAdapter: AdapterHooks = {};

/** Whether a graph trains (dropout acts) or only answers. */
export type GraphMode = "train" | "infer";

/** Makes a method's hooks for one graph. */
export type MakeHooks = (graph: Graph, mode: GraphMode) => AdapterHooks;
