import { product, sum } from "../../lib/numbers";
import type { BaseDropout } from "./base-dropout";
import type { RopeSpec } from "./rope-table";
import type { WeightDeclaration } from "../weights/weight-store";

/** A linear layer by its Hugging Face module path. */
export interface LinearSpec {
  readonly path: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias: boolean;
  /** True for GPT-2's Conv1D, which stores its weight as (in, out). */
  readonly conv1d: boolean;
}

/** A norm over vectors of `size` elements, by module path. */
export type NormSpec = { readonly path: string; readonly size: number; readonly epsilon: number } & (
  | {
      readonly type: "rms";
      /** 1 if the weight is stored as an offset from one (Gemma). */
      readonly weightOffset: 0 | 1;
    }
  | { readonly type: "layer" }
);

/** Query, key and value projections. */
export type ProjectionSpec =
  | { readonly type: "separate"; readonly q: LinearSpec; readonly k: LinearSpec; readonly v: LinearSpec }
  /**
   * A fused projection: q, k, v concatenated, or interleaved by head if `byHead` (then each head has its own k and v).
   */
  | { readonly type: "fused"; readonly qkv: LinearSpec; readonly byHead: boolean };

/** Cross-attention: x + o(attention(q(norm(x)), k(encoded), v(encoded))). */
export interface CrossAttentionSpec {
  readonly norm: NormSpec;
  readonly q: LinearSpec;
  readonly k: LinearSpec;
  readonly v: LinearSpec;
  readonly o: LinearSpec;
}

export type AttentionSpec = ProjectionSpec & {
  readonly o: LinearSpec;
  /** Per-head query and key norms, applied before positions. */
  readonly headNorms?: { readonly q: NormSpec; readonly k: NormSpec };
  /** Norms of the whole query and key projections, before positions (OLMo 2). */
  readonly projectionNorms?: { readonly q: NormSpec; readonly k: NormSpec };
  /** Sliding window: a query sees itself and the `window` − 1 tokens before it; absent: full causal attention. */
  readonly window?: number;
  /** Index of the rotary table used by this block, or null for a block without positions (NoPE); defaults to the first. */
  readonly ropeTable?: number | null;
};

/** Activation of a feed-forward layer; GELU in its tanh or erf form. */
export type ActivationSpec = "silu" | "relu" | "gelu_tanh" | "gelu_none";

export type MlpSpec =
  /** down(activation(gate(x)) ⊙ up(x)) */
  | {
      readonly type: "gated";
      readonly gate: LinearSpec;
      readonly up: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Exclude<ActivationSpec, "relu">;
    }
  /** Gated, with gate and up fused into one layer (Phi-3). */
  | {
      readonly type: "fused-gated";
      readonly gateUp: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Exclude<ActivationSpec, "relu">;
    }
  /** down(activation(up(x))) */
  | {
      readonly type: "plain";
      readonly up: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Exclude<ActivationSpec, "silu">;
    };

/** The sub-layers of every block. */
export type SublayerName = "attention" | "mlp";

/**
 * A transformer block: residual self-attention, cross-attention in decoders with an encoder, and feed-forward layer.
 */
export interface BlockSpec {
  /** Module path: "model.layers.0". */
  readonly path: string;
  /** Module paths of the sub-layers, if each is a module that contains its norm (T5). */
  readonly sublayers?: Readonly<Record<SublayerName, string>>;
  /** Norm of the attention's input (of its residual sum if `normPlacement` is "after"); absent: none (OLMo 2). */
  readonly attentionNorm?: NormSpec;
  readonly attention: AttentionSpec;
  readonly cross?: CrossAttentionSpec;
  /** Norm of the feed-forward layer's input, as `attentionNorm`. */
  readonly mlpNorm?: NormSpec;
  readonly mlp: MlpSpec;
  /** Pre-norm x + f(norm(x)), the default, or post-norm norm(x + f(x)) (OPT-350m). */
  readonly normPlacement?: "before" | "after";
  /** Norms of the sub-layer outputs before the residual add (Gemma, OLMo 2). */
  readonly outputNorms?: { readonly attention: NormSpec; readonly mlp: NormSpec };
  /** Parallel sub-layers: both read the block's input, and both outputs are added to it (GPT-NeoX). */
  readonly isParallel?: boolean;
}

export type PositionSpec =
  /** Rotary embeddings; blocks select one of the tables. */
  | { readonly type: "rope"; readonly tables: readonly RopeSpec[] }
  /** A learned table (offset + positions, hidden); row offset + p is added to the embedding at position p. */
  | { readonly type: "learned"; readonly path: string; readonly offset: number }
  /** ALiBi: a bias linear in the key position, with a slope per head (Press et al. 2021, arXiv 2108.12409). */
  | { readonly type: "alibi" }
  | RelativePositions;

/**
 * Relative position bias (Raffel et al. 2020, arXiv 1910.10683): each stack has a table (buckets, heads). Distances map
 * to buckets; those from `maxDistance` on share the last one.
 */
export interface RelativePositions {
  readonly type: "relative";
  /** Module paths of the tables. */
  readonly encoder: string;
  readonly decoder: string;
  readonly buckets: number;
  readonly maxDistance: number;
}

/** The encoder of an encoder-decoder model. It shares the decoder's embedding and sizes. */
export interface EncoderSpec {
  /** Module path. */
  readonly path: string;
  readonly blocks: readonly BlockSpec[];
  readonly finalNorm: NormSpec;
  /** The decoder's start token. */
  readonly startId: number;
}

/** Layers scaled by (IA)³, and those of them whose input is scaled. */
export interface Ia3Targets {
  readonly targets: readonly string[];
  readonly feedforward: readonly string[];
}

/** The language model inside a multimodal one. */
export interface TextPart {
  /** Key of the language model's config in config.json. */
  readonly configKey: string;
  /** Its module path prefix, and the corresponding prefix in a standalone model. */
  readonly path: string;
  readonly ownPath: string;
  /** `model_type` and class of the standalone model. */
  readonly modelType: string;
  readonly architecture: string;
  /** Path prefixes of the other parts, whose tensors are not read. */
  readonly otherPaths: readonly string[];
}

/** A language model as data, decoder-only or encoder-decoder, made from config.json by a family file. */
export interface ModelSpec {
  readonly family: string;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  readonly maxPositions: number;
  /** Module path of the token embedding. */
  readonly embedTokens: string;
  /** Width of token embeddings, virtual tokens and the head's input. */
  readonly embeddingSize: number;
  /** Multiplies token embeddings, not virtual tokens (Gemma: √hidden); absent: 1. */
  readonly embeddingScale?: number;
  /** Multiplies the first block's input, virtual tokens included (Granite); absent: 1. */
  readonly inputScale?: number;
  /** Multiplies the sub-layer outputs before the residual add (Granite); absent: 1. */
  readonly residualScale?: number;
  /** Module paths under which files may hold the token embedding again (T5). */
  readonly embeddingCopies?: readonly string[];
  /** Row of the token embedding whose lookup gets no gradient: PyTorch's `padding_idx`; absent: none. */
  readonly paddingId?: number;
  /** Norm of the embeddings, virtual tokens included (BLOOM). */
  readonly embeddingNorm?: NormSpec;
  /** Projections between the embedding width and the blocks' width, if they differ (OPT-350m). */
  readonly projections?: { readonly into: LinearSpec; readonly outOf: LinearSpec };
  readonly positions: PositionSpec;
  /** Scale of attention's dot products; absent: 1 / √headDim. */
  readonly attentionScale?: number;
  /** Dropout probabilities of transformers' training mode; absent: none. */
  readonly dropout?: BaseDropout;
  /** Set for encoder-decoders: it reads the prompt, and the decoder writes only the answer. */
  readonly encoder?: EncoderSpec;
  /** Blocks of the decoder. */
  readonly blocks: readonly BlockSpec[];
  /** Absent if the last block ends with its own norm. */
  readonly finalNorm?: NormSpec;
  /** The output head. */
  readonly head: {
    /** Module path. */
    readonly path: string;
    /** Whether it shares the token embedding's weight. */
    readonly tied: boolean;
    /** Whether it is tied if the files have no weight for it, whatever config.json says (T5). */
    readonly mayBeMissing?: boolean;
  };
  /** Scale of the head's input (T5: 1 / √hidden); absent: 1. */
  readonly headInputScale?: number;
  /** Scale of the logits (Granite); absent: 1. */
  readonly logitScale?: number;
  /** Module path prefixes of earlier versions with the current ones; the first match applies. */
  readonly earlierPaths?: readonly (readonly [then: string, now: string])[];
  /** Set for the language model of a multimodal model (Gemma 3). */
  readonly textPart?: TextPart;
  /** Name prefix of the inner model in full checkpoints; absent in files of the bare model. */
  readonly prefix: string;
  /** PEFT's default target_modules for LoRA. */
  readonly loraTargets: readonly string[];
  /** PEFT's default target layers of (IA)³, and those of them whose input is scaled. */
  readonly ia3Targets: Ia3Targets;
}

/** Blocks of both stacks, the encoder's first. */
export function allBlocks({ encoder, blocks }: ModelSpec): readonly BlockSpec[] {
  return encoder ? [...encoder.blocks, ...blocks] : blocks;
}

/** All linear layers of a block, in forward order. */
function blockLinears({ attention, cross, mlp }: BlockSpec): LinearSpec[] {
  const projections = attention.type === "fused" ? [attention.qkv] : [attention.q, attention.k, attention.v];
  const crossLinears = cross ? [cross.q, cross.k, cross.v, cross.o] : [];
  return [...projections, attention.o, ...crossLinears, ...mlpLinears(mlp)];
}

function mlpLinears(mlp: MlpSpec): LinearSpec[] {
  if (mlp.type === "gated") return [mlp.gate, mlp.up, mlp.down];
  return mlp.type === "fused-gated" ? [mlp.gateUp, mlp.down] : [mlp.up, mlp.down];
}

/** All linear layers except the output head, in forward order: PEFT's `all-linear`. */
export function linearLayers(spec: ModelSpec): LinearSpec[] {
  const { projections } = spec;
  const inner = allBlocks(spec).flatMap(blockLinears);
  return projections ? [projections.into, ...inner, projections.outOf] : inner;
}

/** An embedding table (rows, columns) by its module path. */
export interface TableSpec {
  readonly path: string;
  readonly rows: number;
  readonly columns: number;
}

/** The token embedding, then any learned position tables. */
export function embeddingTables(spec: ModelSpec): TableSpec[] {
  const { embedTokens, vocabularySize, embeddingSize, positions, maxPositions, hiddenSize } = spec;
  const tokens = { path: embedTokens, rows: vocabularySize, columns: embeddingSize };
  if (positions.type === "relative")
    return [
      tokens,
      ...[positions.encoder, positions.decoder].map((path) => ({
        path,
        rows: positions.buckets,
        columns: spec.heads,
      })),
    ];
  if (positions.type !== "learned") return [tokens];
  return [tokens, { path: positions.path, rows: positions.offset + maxPositions, columns: hiddenSize }];
}

/** The output head as a linear layer, tied or not. */
export function headLayer({ head, embeddingSize, vocabularySize }: ModelSpec): LinearSpec {
  return {
    path: head.path,
    inFeatures: embeddingSize,
    outFeatures: vocabularySize,
    bias: false,
    conv1d: false,
  };
}

/** Name of the output head's weight matrix. */
export function headWeightName(spec: ModelSpec): string {
  return `${spec.head.tied ? spec.embedTokens : spec.head.path}.weight`;
}

/** Distinct sliding windows of the blocks. */
export function slidingWindows({ blocks }: ModelSpec): number[] {
  return [...new Set(blocks.flatMap(({ attention }) => attention.window ?? []))];
}

/** Row of position 0 in a learned position table; 0 if there is none. */
export function firstPosition({ positions }: ModelSpec): number {
  return positions.type === "learned" ? positions.offset : 0;
}

/** All tensors to load from the model's files, with their layout. */
export function declareWeights(spec: ModelSpec): WeightDeclaration[] {
  const { projections, head, embeddingNorm, finalNorm } = spec;
  const declarations = embeddingTables(spec).map(({ path, rows, columns }): WeightDeclaration => ({
    name: `${path}.weight`,
    shape: [rows, columns],
    layout: "matrix",
  }));
  if (embeddingNorm) declarations.push(...declareNorm(embeddingNorm));
  if (projections) declarations.push(...[projections.into, projections.outOf].flatMap(declareLinear));
  for (const block of allBlocks(spec))
    declarations.push(
      ...blockNorms(block).flatMap(declareNorm),
      ...blockLinears(block).flatMap(declareLinear),
    );
  if (spec.encoder) declarations.push(...declareNorm(spec.encoder.finalNorm));
  if (finalNorm) declarations.push(...declareNorm(finalNorm));
  if (!head.tied) declarations.push(...declareLinear(headLayer(spec)));
  return declarations;
}

function blockNorms({
  attentionNorm,
  mlpNorm,
  outputNorms,
  cross,
  attention: { headNorms, projectionNorms },
}: BlockSpec): NormSpec[] {
  const ofQueries = [headNorms?.q, headNorms?.k, projectionNorms?.q, projectionNorms?.k];
  const ofOutputs = [outputNorms?.attention, outputNorms?.mlp];
  const norms = [attentionNorm, mlpNorm, cross?.norm, ...ofQueries, ...ofOutputs];
  return norms.filter((norm) => norm !== undefined);
}

function declareNorm({ path, size, type }: NormSpec): WeightDeclaration[] {
  const vector = (part: string): WeightDeclaration => ({
    name: `${path}.${part}`,
    shape: [size],
    layout: "vector",
  });
  return type === "rms" ? [vector("weight")] : [vector("weight"), vector("bias")];
}

function declareLinear({ path, inFeatures, outFeatures, bias, conv1d }: LinearSpec): WeightDeclaration[] {
  const weight: WeightDeclaration = conv1d
    ? { name: `${path}.weight`, shape: [inFeatures, outFeatures], layout: "conv1d" }
    : { name: `${path}.weight`, shape: [outFeatures, inFeatures], layout: "matrix" };
  return bias ? [weight, { name: `${path}.bias`, shape: [outFeatures], layout: "vector" }] : [weight];
}

/** Number of stored parameters (a tied head counts once). */
export function parameterCount(spec: ModelSpec): number {
  return sum(declareWeights(spec).map(({ shape }) => product(shape)));
}
