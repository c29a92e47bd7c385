import { defined, invariant } from "../../lib/invariant";
import { type AttentionDropout, dropInAttention, dropInBase } from "../nn/base-dropout";
import type { AdapterHooks, SublayerSite } from "../nn/hooks";
import { f32, u32, type Value } from "../graph/value";
import { applyEmbedding, applyLinear, applyNorm, type BuildContext, positionsInput } from "../nn/context";
import { add } from "../ops/add";
import { broadcastBatch } from "../ops/broadcast-batch";
import { concatRows } from "../ops/concat-rows";
import { gelu, geluMultiply } from "../ops/gelu";
import { relu } from "../ops/relu";
import { rope } from "../ops/rope";
import { scale } from "../ops/scale";
import { siluMultiply } from "../ops/silu-multiply";
import { splitColumns } from "../ops/split-columns";
import type {
  AttentionSpec,
  BlockSpec,
  CrossAttentionSpec,
  ModelSpec,
  MlpSpec,
  NormSpec,
  SublayerName,
} from "../nn/model-spec";
import { rotaryPairs } from "../nn/rope-table";
import { RELATIVE_BUCKETS, ropeNames } from "../nn/tables";

/**
 * Builds a decoder over token ids (B · T); null ids feed virtual tokens only. Returns the head's input (B · T',
 * embedding size), where T' includes virtual tokens.
 */
export function buildDecoder(
  context: BuildContext,
  spec: ModelSpec,
  length: number,
  ids: Value | null,
): Value {
  const { adapter } = context;
  const { firstPass } = adapter;
  if (firstPass) {
    const first = { ...context, adapter: firstPass.hooks, attend: context.firstAttend ?? context.attend };
    firstPass.take(buildHidden(first, spec, length, ids));
  }
  const dropout = firstPass && context.dropout ? { ...context.dropout, passesBefore: 1 } : context.dropout;
  const x = buildHidden(dropout ? { ...context, dropout } : context, spec, length, ids);
  const input = scaled(context, x, spec.headInputScale);
  // The head is linear: scale its input rather than the logits, which never exist all at once.
  return scaled(context, adapter.hidden?.(input) ?? input, spec.logitScale);
}

/** Multiplies x by a factor of the model; returns x if there is none. */
function scaled({ graph }: BuildContext, x: Value, alpha = 1): Value {
  return alpha === 1 ? x : graph.apply(scale, [x], { alpha });
}

/** Final hidden states (B · T', embedding size), after the output projection if any. */
function buildHidden(context: BuildContext, spec: ModelSpec, length: number, ids: Value | null): Value {
  const x = buildStack(context, spec, "decoder", length, ids);
  return spec.projections ? applyLinear(context, spec.projections.outOf, x) : x;
}

/** Runs ids (B · T) through the embeddings, blocks and final norm of one stack: (B · T', hidden). */
export function buildStack(
  context: BuildContext,
  spec: ModelSpec,
  stack: "encoder" | "decoder",
  length: number,
  ids: Value | null,
): Value {
  const { graph, rows } = context;
  const { blocks, finalNorm } = stack === "encoder" ? defined(spec.encoder, "encoder") : spec;
  // Input hooks apply only to the stack that reads the prompt.
  const entry: EntryHooks = stack === "encoder" || !spec.encoder ? context.adapter : {};
  const embedded = embedInputs(context, spec, entry, length, ids);
  const total = embedded.type.shape[1] ?? 0;
  const places = readPlaces(context, spec, stack, rows * total);
  const input = graph.reshape(embedded, rows * total, spec.embeddingSize);
  const placed = dropInBase(graph, placeInputs(context, spec, input, places), context.dropout, {
    place: "embedding",
    stack,
  });
  let x = entry.embedded?.(placed) ?? placed;
  blocks.forEach((block, index) => {
    x = graph.checkpoint(() => buildBlock(context, spec, block, index, x, places));
  });
  const normed = finalNorm ? applyNorm(context, finalNorm, x) : x;
  return dropInBase(graph, normed, context.dropout, { place: "final", stack });
}

type EntryHooks = Pick<AdapterHooks, "virtualTokens" | "embedded">;

/** Position information of a stack: position ids, or a relative attention bias. */
interface Places {
  /** Number of blocks in preceding stacks. */
  readonly blocksBefore: number;
  readonly positions: Value | null;
  readonly bias: Value | null;
}

function readPlaces(
  context: BuildContext,
  { positions, encoder }: ModelSpec,
  stack: "encoder" | "decoder",
  tokens: number,
): Places {
  const blocksBefore = stack === "decoder" && encoder ? encoder.blocks.length : 0;
  if (positions.type !== "relative")
    return { blocksBefore, positions: positionsInput(context, tokens), bias: null };
  const buckets = context.graph.constant(RELATIVE_BUCKETS[stack], u32(2 * positions.maxDistance + 1));
  return { blocksBefore, positions: null, bias: applyEmbedding(context, positions[stack], buckets) };
}

/** Token embeddings preceded by the adapter's virtual tokens: (B, T', embedding size). */
function embedInputs(
  context: BuildContext,
  spec: ModelSpec,
  entry: EntryHooks,
  length: number,
  ids: Value | null,
): Value {
  const { graph, rows } = context;
  const virtual = entry.virtualTokens?.();
  const front = virtual && graph.apply(broadcastBatch, [virtual], { batch: rows });
  if (!ids) {
    invariant(front, "a pass without ids feeds virtual tokens");
    return front;
  }
  const { embedTokens, embeddingScale: factor, paddingId: paddingRow } = spec;
  const embedded = applyEmbedding(context, embedTokens, ids, { factor, paddingRow });
  const text = graph.reshape(embedded, rows, length, spec.embeddingSize);
  return front ? graph.apply(concatRows, [front, text], {}) : text;
}

/** Applies the embedding norm, input projection and learned positions to embeddings (B · T', embedding size). */
function placeInputs(context: BuildContext, spec: ModelSpec, embedded: Value, { positions }: Places): Value {
  const normed = spec.embeddingNorm ? applyNorm(context, spec.embeddingNorm, embedded) : embedded;
  const widened = spec.projections ? applyLinear(context, spec.projections.into, normed) : normed;
  const x = scaled(context, widened, spec.inputScale);
  if (spec.positions.type !== "learned" || !positions) return x;
  return context.graph.apply(add, [x, applyEmbedding(context, spec.positions.path, positions)], {});
}

/** Applies base-model dropout at a site of a block. */
type Drop = (place: "attention" | "mlp" | "cross" | "inner", y: Value) => Value;

function buildBlock(
  context: BuildContext,
  spec: ModelSpec,
  block: BlockSpec,
  layer: number,
  x: Value,
  places: Places,
): Value {
  const { attentionNorm, mlpNorm } = block;
  const isAfter = block.normPlacement === "after";
  const before = (norm: NormSpec | undefined, value: Value): Value =>
    norm && !isAfter ? applyNorm(context, norm, value) : value;
  const after = (norm: NormSpec | undefined, value: Value): Value =>
    norm && isAfter ? applyNorm(context, norm, value) : value;
  const site = { block, layer: places.blocksBefore + layer };
  const drop: Drop = (place, y) =>
    dropInBase(context.graph, y, context.dropout, { place, layer: site.layer });
  const join = (place: SublayerName, y: Value, residual: Value): Value =>
    joinResidual(context, { ...site, place }, y, residual, spec.residualScale);
  const attended = drop(
    "attention",
    buildAttention(context, spec, block.attention, layer, before(attentionNorm, x), places),
  );
  const sum = join("attention", attended, x);
  const crossDropout = dropInAttention(context.dropout, "cross", site.layer);
  const attendedAll = block.cross
    ? addCrossAttention(context, spec, block.cross, layer, sum, { drop, probabilities: crossDropout })
    : sum;
  const middle = after(attentionNorm, attendedAll);
  const mlpInput = before(mlpNorm, block.isParallel ? x : middle);
  const mlp = drop("mlp", buildMlp(context, block.mlp, mlpInput, drop));
  return after(mlpNorm, join("mlp", mlp, middle));
}

/** Joins a sub-layer's output y with the residual stream, residual + norm(y), after the adapter's hook on y. */
function joinResidual(
  context: BuildContext,
  site: Omit<SublayerSite, "y" | "withResidual">,
  y: Value,
  residual: Value,
  factor: number | undefined,
): Value {
  const { graph, adapter } = context;
  const norm = site.block.outputNorms?.[site.place];
  const normed = (value: Value): Value => (norm ? applyNorm(context, norm, value) : value);
  // The adapters library reads the sum at the sub-layer, which knows nothing of Granite's factor.
  const withResidual = (value: Value): Value => normed(graph.apply(add, [residual, value], {}));
  const joining = adapter.sublayer?.({ ...site, y, withResidual }) ?? y;
  return graph.apply(add, [residual, scaled(context, normed(joining), factor)], {});
}

/** Adds cross-attention over the encoder's output to x. */
function addCrossAttention(
  context: BuildContext,
  spec: ModelSpec,
  cross: CrossAttentionSpec,
  layer: number,
  x: Value,
  dropout: { readonly drop: Drop; readonly probabilities: AttentionDropout | null },
): Value {
  const { graph, rows } = context;
  const length = (x.type.shape[0] ?? 0) / rows;
  const q = applyLinear(context, cross.q, applyNorm(context, cross.norm, x));
  const attend = defined(context.cross, "attention to an encoder");
  const { drop, probabilities } = dropout;
  const y = attend(layer, graph.reshape(q, rows, length, spec.heads, spec.headDim), probabilities);
  const out = applyLinear(context, cross.o, graph.reshape(y, rows * length, spec.heads * spec.headDim));
  return graph.apply(add, [x, drop("cross", out)], {});
}

function buildAttention(
  context: BuildContext,
  spec: ModelSpec,
  attention: AttentionSpec,
  layer: number,
  x: Value,
  { positions, bias, blocksBefore }: Places,
): Value {
  const { graph, rows } = context;
  const length = (x.type.shape[0] ?? 0) / rows;
  const [q, k, v] = project(context, spec, attention, x);
  const { headNorms, projectionNorms, ropeTable = 0 } = attention;
  const heads = (value: Value, count: number): Value =>
    graph.reshape(value, rows, length, count, spec.headDim);
  const normed = (value: Value, norm: NormSpec | undefined): Value =>
    norm ? applyNorm(context, norm, value) : value;
  const place = (value: Value): Value =>
    spec.positions.type === "rope" && positions && ropeTable !== null
      ? applyRope(context, spec, ropeTable, value, positions)
      : value;
  const y = context.attend(
    layer,
    place(normed(heads(normed(q, projectionNorms?.q), spec.heads), headNorms?.q)),
    place(normed(heads(normed(k, projectionNorms?.k), spec.keyValueHeads), headNorms?.k)),
    heads(v, spec.keyValueHeads),
    bias,
    dropInAttention(context.dropout, "self", blocksBefore + layer),
  );
  return applyLinear(context, attention.o, graph.reshape(y, rows * length, spec.heads * spec.headDim));
}

/** Projects x (tokens, hidden) to queries, keys and values; each row concatenates a token's heads. */
function project(
  context: BuildContext,
  spec: ModelSpec,
  attention: AttentionSpec,
  x: Value,
): [Value, Value, Value] {
  if (attention.type === "separate") {
    const { q, k, v } = attention;
    return [applyLinear(context, q, x), applyLinear(context, k, x), applyLinear(context, v, x)];
  }
  const { graph } = context;
  const fused = applyLinear(context, attention.qkv, x);
  const tokens = fused.type.shape[0] ?? 0;
  const pieces = attention.byHead
    ? graph.reshape(fused, tokens * spec.heads, 3 * spec.headDim)
    : graph.reshape(fused, tokens, attention.qkv.outFeatures);
  const width = (count: number): number => (attention.byHead ? 1 : count) * spec.headDim;
  const sizes = [width(spec.heads), width(spec.keyValueHeads), width(spec.keyValueHeads)];
  return graph.applyAll(splitColumns, [pieces], { sizes }) as [Value, Value, Value];
}

/** Applies rotary embedding to (B, T, heads, D). */
function applyRope(
  context: BuildContext,
  spec: ModelSpec,
  index: number,
  value: Value,
  positions: Value,
): Value {
  const { graph, weights } = context;
  invariant(spec.positions.type === "rope", "rotary positions");
  const half = rotaryPairs(defined(spec.positions.tables[index], `rotary table ${index}`));
  const tables = ropeNames(index).map((name) =>
    graph.constant(name, f32(weights.vectorLength(name) / half, half)),
  );
  return graph.apply(rope, [value, positions, ...tables], { inverse: false, interleaved: false });
}

function buildMlp(context: BuildContext, mlp: MlpSpec, x: Value, drop: Drop): Value {
  const { graph } = context;
  if (mlp.type === "plain") {
    const up = applyLinear(context, mlp.up, x);
    const inner =
      mlp.activation === "relu"
        ? graph.apply(relu, [up], {})
        : graph.apply(gelu, [up], { approximate: geluForm(mlp.activation) });
    return applyLinear(context, mlp.down, drop("inner", inner));
  }
  const [gate, up] = gateAndUp(context, mlp, x);
  const inner =
    mlp.activation === "silu"
      ? graph.apply(siluMultiply, [gate, up], {})
      : graph.apply(geluMultiply, [gate, up], { approximate: geluForm(mlp.activation) });
  return applyLinear(context, mlp.down, drop("inner", inner));
}

function gateAndUp(
  context: BuildContext,
  mlp: Exclude<MlpSpec, { type: "plain" }>,
  x: Value,
): [gate: Value, up: Value] {
  if (mlp.type === "gated") {
    const up = applyLinear(context, mlp.up, x);
    return [applyLinear(context, mlp.gate, x), up];
  }
  const width = mlp.down.inFeatures;
  const both = applyLinear(context, mlp.gateUp, x);
  return context.graph.applyAll(splitColumns, [both], { sizes: [width, width] }) as [Value, Value];
}

function geluForm(activation: "gelu_tanh" | "gelu_none"): "tanh" | "none" {
  return activation === "gelu_tanh" ? "tanh" : "none";
}

/** Input ids of a pass over B · T tokens. */
export function idsInput(context: BuildContext, tokens: number): Value {
  return context.graph.input("input_ids", u32(tokens));
}
