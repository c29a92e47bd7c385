import { invariant } from "../../lib/invariant";
import type { AttentionDropout, PassDropout } from "./base-dropout";
import type { AdapterHooks, LinearSite, TrainableMatrix } from "./hooks";
import type { Graph } from "../graph/graph";
import { f32, u32, type Value } from "../graph/value";
import { type ModelSpec, headWeightName, type LinearSpec, type NormSpec } from "./model-spec";
import { add } from "../ops/add";
import { addBias } from "../ops/add-bias";
import { embedding } from "../ops/embedding";
import { embeddingTrainable } from "../ops/embedding-trainable";
import { layerNorm } from "../ops/layer-norm";
import { linear } from "../ops/linear";
import { linearCrossEntropy, lossChunkRows } from "../ops/linear-cross-entropy";
import { matmul } from "../ops/matmul";
import { rmsNorm } from "../ops/rms-norm";
import { scale } from "../ops/scale";
import type { WeightShapes } from "../weights/weight-shapes";

/** Attention over the keys and values of this pass, or over a cache. */
export interface Attend {
  /**
   * @param q (B, T, H, D) @param k (B, T, KV, D) @param v (B, T, KV, D), positions already applied
   * @param bias relative position bias (distances, H), or null
   * @param dropout of the probabilities, or null
   * @returns (B, T, H, D)
   */
  (layer: number, q: Value, k: Value, v: Value, bias: Value | null, dropout: AttentionDropout | null): Value;
}

/** Cross-attention of a decoder block: q (B, T, H, D) -> (B, T, H, D). */
export type CrossAttend = (layer: number, q: Value, dropout: AttentionDropout | null) => Value;

/** What model builders need: the graph, weights by Hugging Face name, and the adapter's hooks. */
export interface BuildContext {
  readonly graph: Graph;
  readonly weights: WeightShapes;
  readonly adapter: AdapterHooks;
  /** Batch size B. */
  readonly rows: number;
  readonly attend: Attend;
  /** Attention of an adapter's first pass, if it has its own KV cache; defaults to `attend`. */
  readonly firstAttend?: Attend;
  /** Base-model dropout of a training pass; absent: none. */
  readonly dropout?: PassDropout;
  /** Set in the decoder of an encoder-decoder. */
  readonly cross?: CrossAttend;
}

/** A frozen vector, or its trainable replacement by the adapter. */
export function vector(context: BuildContext, name: string): Value {
  const { graph, weights, adapter } = context;
  const trainable = adapter.vector?.(name, weights.vectorLength(name));
  return trainable ?? graph.constant(name, f32(weights.vectorLength(name)));
}

/** The adapter's trainable replacement of a frozen matrix, or null. */
function trainableMatrix(
  { weights, adapter }: BuildContext,
  name: string,
  module: string,
): TrainableMatrix | null {
  const { rows, columns } = weights.matrix(name);
  return adapter.matrix?.(name, rows, columns, module) ?? null;
}

/** x Wᵀ for a module's frozen matrix `name`, or for its trainable replacement. */
function multiplyMatrix(context: BuildContext, name: string, module: string, x: Value): Value {
  const { graph, weights } = context;
  const weight = weights.matrix(name);
  const trainable = trainableMatrix(context, name, module);
  if (trainable) {
    const form = trainable.transposed ? "nn" : "nt";
    return graph.apply(matmul, [x, trainable.value], { form, alpha: 1 });
  }
  return graph.apply(linear, [x], { weight, transposed: false });
}

/** y = x Wᵀ + b, modified by the adapter: x (…, in) -> (…, out). */
export function applyLinear(context: BuildContext, layer: LinearSpec, x: Value): Value {
  const { graph, weights, adapter } = context;
  const name = `${layer.path}.weight`;
  const site: LinearSite = {
    layer,
    x,
    weight: weights.matrix(name),
    multiply: (input) => multiplyMatrix(context, name, layer.path, input),
    addBias: (y) => (layer.bias ? graph.apply(addBias, [y, vector(context, `${layer.path}.bias`)], {}) : y),
  };
  return adapter.linear ? adapter.linear(site) : site.addBias(site.multiply(x));
}

/** Applies a norm over the last dimension. */
export function applyNorm(context: BuildContext, norm: NormSpec, x: Value): Value {
  const { graph } = context;
  const weight = vector(context, `${norm.path}.weight`);
  if (norm.type === "rms") {
    const { epsilon, weightOffset } = norm;
    const [y] = graph.applyAll(rmsNorm, [x, weight], { epsilon, weightOffset });
    return y as Value;
  }
  const bias = vector(context, `${norm.path}.bias`);
  const [y] = graph.applyAll(layerNorm, [x, weight, bias], { epsilon: norm.epsilon });
  return y as Value;
}

/** Options of an embedding lookup. */
interface LookUp {
  /** Scale of the rows; default 1. */
  readonly factor?: number | undefined;
  /** Row without gradient; absent: none. */
  readonly paddingRow?: number | undefined;
}

/** Embedding lookup, modified by the adapter: ids (R) -> (R, width). */
export function applyEmbedding(context: BuildContext, path: string, ids: Value, options: LookUp = {}): Value {
  const { factor = 1, paddingRow } = options;
  const padding = paddingRow === undefined ? {} : { paddingRow };
  const rows = embeddingRows(context, path, ids, factor, padding);
  return context.adapter.embedding?.({ path, ids, rows, factor, padding }) ?? rows;
}

function embeddingRows(
  context: BuildContext,
  path: string,
  ids: Value,
  factor: number,
  padding: { readonly paddingRow?: number },
): Value {
  const { graph, weights } = context;
  const name = `${path}.weight`;
  const trainable = trainableMatrix(context, name, path);
  if (!trainable) return graph.apply(embedding, [ids], { weight: weights.matrix(name), scale: factor });
  invariant(!trainable.transposed, "a table lies row by row");
  const rows = graph.apply(embeddingTrainable, [ids, trainable.value], padding);
  return factor === 1 ? rows : graph.apply(scale, [rows], { alpha: factor });
}

/** Logits of hidden states (R, embedding size) -> (R, vocabulary). */
export function applyHead(context: BuildContext, spec: ModelSpec, hidden: Value): Value {
  const { graph, adapter } = context;
  const logits = multiplyMatrix(context, headWeightName(spec), spec.head.path, hidden);
  const update = adapter.head?.(hidden);
  if (!update) return logits;
  const change = graph.apply(matmul, [update.low, update.up], { form: "nt", alpha: 1 });
  return graph.apply(add, [logits, change], {});
}

/**
 * Cross-entropy of hidden states (S, embedding size) through the head; see {@link linearCrossEntropy}.
 *
 * @param labels u32 (S) @param step the step scalars @returns unscaled loss per row (S)
 */
export function applyHeadLoss(
  context: BuildContext,
  spec: ModelSpec,
  [hidden, labels, step]: readonly [hidden: Value, labels: Value, step: Value],
  { scaleIndex, withGradient }: { readonly scaleIndex: number; readonly withGradient: boolean },
): Value {
  const { graph, weights, adapter } = context;
  const weight = weights.matrix(headWeightName(spec));
  const trainable = trainableMatrix(context, weight.name, spec.head.path);
  invariant(!trainable?.transposed, "the head lies row by row");
  const update = adapter.head?.(hidden);
  const chunkRows = lossChunkRows(labels.type.shape[0] ?? 0, weight.rows);
  const frozen = { weight: trainable ? null : weight, lowRank: Boolean(update) };
  const inputs = [
    ...[hidden, labels, step],
    ...(trainable ? [trainable.value] : []),
    ...(update ? [update.low, update.up] : []),
  ];
  const attrs = { ...frozen, chunkRows, scaleIndex, withGradient };
  return graph.applyAll(linearCrossEntropy, inputs, attrs)[0] as Value;
}

/** The positions input: one per token of the pass, virtual tokens included, row-major. */
export function positionsInput(context: BuildContext, tokens: number): Value {
  return context.graph.input("positions", u32(tokens));
}
