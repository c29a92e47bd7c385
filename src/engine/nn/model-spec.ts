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

/** A normalisation of vectors of `size` numbers, by its module path. */
export type NormSpec = { readonly path: string; readonly size: number; readonly epsilon: number } & (
  | {
      readonly type: "rms";
      /** 1 where the stored weight is the difference from one (Gemma). */
      readonly weightOffset: 0 | 1;
    }
  | { readonly type: "layer" }
);

/** The linear layers that make queries, keys and values. */
export type ProjectionSpec =
  | { readonly type: "separate"; readonly q: LinearSpec; readonly k: LinearSpec; readonly v: LinearSpec }
  /** One layer for all three: q, k and v side by side, or the three of each head side by side. */
  | { readonly type: "fused"; readonly qkv: LinearSpec; readonly byHead: boolean };

/** Attention to what the encoder gives: x + o(attention(q(norm(x)), k(encoded), v(encoded))). */
export interface CrossAttentionSpec {
  readonly norm: NormSpec;
  readonly q: LinearSpec;
  readonly k: LinearSpec;
  readonly v: LinearSpec;
  readonly o: LinearSpec;
}

export type AttentionSpec = ProjectionSpec & {
  readonly o: LinearSpec;
  /** Norms of every head's query and key, before positions are applied. */
  readonly headNorms?: { readonly q: NormSpec; readonly k: NormSpec };
  /** A query sees itself and the `window` − 1 tokens before it; absent: all before it. */
  readonly window?: number;
  /** Which of the model's rotary tables turns queries and keys; absent: the first. */
  readonly ropeTable?: number;
};

/** The activation of a feed-forward layer; GELU by its tanh formula or by erf. */
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
  /** down(activation(up(x))) */
  | {
      readonly type: "plain";
      readonly up: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Exclude<ActivationSpec, "silu">;
    };

/** The sub-layers of every block. */
export type SublayerName = "attention" | "mlp";

/** One block: a residual sum with attention, in decoders with an encoder one with that, then one with the feed-forward layer. */
export interface BlockSpec {
  /** Module path: "model.layers.0". */
  readonly path: string;
  /** Module paths of the sub-layers, where each is a module that holds its norm too (T5). */
  readonly sublayers?: Readonly<Record<SublayerName, string>>;
  readonly attentionNorm: NormSpec;
  readonly attention: AttentionSpec;
  readonly cross?: CrossAttentionSpec;
  readonly mlpNorm: NormSpec;
  readonly mlp: MlpSpec;
  /**
   * Where the two norms stand: x + f(norm(x)), or norm(x + f(x)) (OPT-350m); absent: "before".
   */
  readonly normPlacement?: "before" | "after";
  /** Norms of what the sub-layers give, before it joins the residual stream (Gemma). */
  readonly outputNorms?: { readonly attention: NormSpec; readonly mlp: NormSpec };
}

export type PositionSpec =
  /** Rotary positions: queries and keys turn by tables that blocks choose from. */
  | { readonly type: "rope"; readonly tables: readonly RopeSpec[] }
  /** A table (offset + positions, hidden), whose row offset + p is added to the embedding at p. */
  | { readonly type: "learned"; readonly path: string; readonly offset: number }
  /** Scores rise along the keys by a slope of each head (Press et al. 2021, arXiv 2108.12409). */
  | { readonly type: "alibi" }
  | RelativePositions;

/**
 * Scores change by the distance of query and key (Raffel et al. 2020, arXiv 1910.10683): each stack has a table (buckets,
 * heads), and a distance is of one bucket, from `maxDistance` on of the last.
 */
export interface RelativePositions {
  readonly type: "relative";
  /** Module paths of the tables. */
  readonly encoder: string;
  readonly decoder: string;
  readonly buckets: number;
  readonly maxDistance: number;
}

/** The encoder of an encoder-decoder model, which has the decoder's embedding and sizes. */
export interface EncoderSpec {
  /** Module path. */
  readonly path: string;
  readonly blocks: readonly BlockSpec[];
  readonly finalNorm: NormSpec;
  /** The id that the decoder starts from. */
  readonly startId: number;
}

/** Layers that (IA)³ scales, and those of them whose input it scales. */
export interface Ia3Targets {
  readonly targets: readonly string[];
  readonly feedforward: readonly string[];
}

/** A language model described by data, a decoder alone or with an encoder; a family file makes one from config.json. */
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
  /** Width of the token embedding, of virtual tokens, and of what the head reads. */
  readonly embeddingSize: number;
  /** Multiplies token embeddings, not virtual tokens (Gemma: √hidden); absent: 1. */
  readonly embeddingScale?: number;
  /** Module paths under which files may hold the token embedding again (T5). */
  readonly embeddingCopies?: readonly string[];
  /** The row of the token embedding that looking it up gives no gradient: PyTorch's `padding_idx`; absent: none. */
  readonly paddingId?: number;
  /** Norm of the embeddings, virtual tokens included (BLOOM). */
  readonly embeddingNorm?: NormSpec;
  /** From the embedding's width to the blocks' and back, where they differ (OPT-350m). */
  readonly projections?: { readonly into: LinearSpec; readonly outOf: LinearSpec };
  readonly positions: PositionSpec;
  /** Factor of attention's dot products; absent: 1 / √headDim. */
  readonly attentionScale?: number;
  /** What transformers drops while the model trains; absent: nothing. */
  readonly dropout?: BaseDropout;
  /** What reads the prompt where the decoder writes only the answer. */
  readonly encoder?: EncoderSpec;
  /** The decoder's. */
  readonly blocks: readonly BlockSpec[];
  /** Absent where the last block's norm is the last one. */
  readonly finalNorm?: NormSpec;
  /** The output head. */
  readonly head: {
    /** Module path. */
    readonly path: string;
    /** Whether it shares the token embedding's weight. */
    readonly tied: boolean;
    /** Whether it does where the files have no weight for it, tied or not (T5). */
    readonly mayBeMissing?: boolean;
  };
  /** Multiplies what the head reads (T5: 1 / √hidden); absent: 1. */
  readonly headInputScale?: number;
  /** What the inner model is called in full checkpoints; files of the bare model leave it out. */
  readonly prefix: string;
  /** PEFT's default target_modules for LoRA. */
  readonly loraTargets: readonly string[];
  /** PEFT's default layers of (IA)³: those that are scaled, and those of them whose input is. */
  readonly ia3Targets: Ia3Targets;
}

/** The blocks of both stacks, the encoder's first. */
export function allBlocks({ encoder, blocks }: ModelSpec): readonly BlockSpec[] {
  return encoder ? [...encoder.blocks, ...blocks] : blocks;
}

/** All linear layers of a block, in forward order. */
export function blockLinears({ attention, cross, mlp }: BlockSpec): LinearSpec[] {
  const projections = attention.type === "fused" ? [attention.qkv] : [attention.q, attention.k, attention.v];
  const mlpLinears = mlp.type === "gated" ? [mlp.gate, mlp.up, mlp.down] : [mlp.up, mlp.down];
  const crossLinears = cross ? [cross.q, cross.k, cross.v, cross.o] : [];
  return [...projections, attention.o, ...crossLinears, ...mlpLinears];
}

/** All linear layers except the output head, in forward order: what `all-linear` means. */
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

/** The token embedding, then the tables of positions where the model learns such. */
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

/** The output head as the linear layer that it is, tied or not. */
export function headLayer({ head, embeddingSize, vocabularySize }: ModelSpec): LinearSpec {
  return {
    path: head.path,
    inFeatures: embeddingSize,
    outFeatures: vocabularySize,
    bias: false,
    conv1d: false,
  };
}

/** Name of the matrix that the output head multiplies with. */
export function headWeightName(spec: ModelSpec): string {
  return `${spec.head.tied ? spec.embedTokens : spec.head.path}.weight`;
}

/** The sliding windows that blocks have, each once. */
export function slidingWindows({ blocks }: ModelSpec): number[] {
  return [...new Set(blocks.flatMap(({ attention }) => attention.window ?? []))];
}

/** The row of a learned position table that belongs to position 0; 0 without such a table. */
export function firstPosition({ positions }: ModelSpec): number {
  return positions.type === "learned" ? positions.offset : 0;
}

/** Every tensor the model needs from its files, and how it lies on the GPU. */
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
  attention: { headNorms },
}: BlockSpec): NormSpec[] {
  const optional = [cross?.norm, headNorms?.q, headNorms?.k, outputNorms?.attention, outputNorms?.mlp];
  return [attentionNorm, mlpNorm, ...optional.filter((norm) => norm !== undefined)];
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
  return declareWeights(spec).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
}
