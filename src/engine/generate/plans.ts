import type { AdapterState } from "../adapters/adapter-state";
import { type AdapterHooks, type MakeHooks, noAdapter } from "../nn/hooks";
import { Graph } from "../graph/graph";
import { hoist } from "../transform/hoist";
import type { Plan } from "../graph/plan";
import { makePlan } from "../transform/make-plan";
import { f32, u32, type Value } from "../graph/value";
import { buildDecoder, idsInput } from "../models/decoder";
import type { ModelSpec } from "../nn/model-spec";
import { buildEncoder, projectEncoded } from "../models/encoder-decoder";
import { blockAttention, CROSS_RANGE, encoderAttention } from "../nn/attention";
import { applyHead, type Attend, type BuildContext, type CrossAttend } from "../nn/context";
import { writeCache } from "../ops/cache-write";
import { gatherRows } from "../ops/gather-rows";
import type { LoadedModel, ModelShape } from "../models/loaded-model";

/** Tokens of a prompt that one prefill pass takes. */
export const PREFILL_TOKENS = 32;

/** An encoder sees its whole prompt at once: it has a program for each of these lengths, and one for the longest prompt. */
const ENCODER_LENGTHS = [64, 256, 1024];

/** Names of a layer's cache states; an adapter's first pass has its own. */
export const cacheKey = (layer: number, first = false): string =>
  `${first ? "first." : ""}cache.key.${layer}`;
export const cacheValue = (layer: number, first = false): string =>
  `${first ? "first." : ""}cache.value.${layer}`;

/** The same of what a decoder's block makes of the encoder's tokens, once a prompt. */
export const crossKey = (layer: number): string => `cross.key.${layer}`;
export const crossValue = (layer: number): string => `cross.value.${layer}`;

/** Names of all states of a model, with those of an adapter's first pass where it has one. */
export function cacheNames({ blocks }: ModelSpec, hasFirstPass: boolean): string[] {
  return blocks.flatMap(({ cross }, layer) => [
    ...[cacheKey(layer), cacheValue(layer)],
    ...(hasFirstPass ? [cacheKey(layer, true), cacheValue(layer, true)] : []),
    ...(cross ? [crossKey(layer), crossValue(layer)] : []),
  ]);
}

/** Elements of one cache state. */
export function cacheElements(spec: ModelSpec, capacity: number): number {
  return capacity * spec.keyValueHeads * spec.headDim;
}

/** Plans a pass of `length` tokens of one sequence over a cache of `capacity` places; keeps the logits of one row. */
export function planPass(model: ModelShape, hooks: MakeHooks, length: number, capacity: number): Plan {
  const { graph, logits } = tracePass(model, hooks, length, capacity);
  return makePlan(graph, { logits }, model.tuning);
}

/** What a pass of one token needs, and what of it is the same for all tokens of an answer. */
export interface DecodePlans {
  readonly each: Plan;
  /** Run before the first token; its outputs are states of `each` by their names. Null where nothing is the same. */
  readonly once: Plan | null;
}

/** Kept from token to token at most: more would be dearer than computing it again. */
const MAX_ONCE_BYTES = 64 * 2 ** 20;

/** Plans the pass of one token, without what follows from the adapter's parameters and the weights alone. */
export function planDecode(model: ModelShape, hooks: MakeHooks, capacity: number): DecodePlans {
  const { graph, logits } = tracePass(model, hooks, 1, capacity);
  const { once, made, each, kept } = hoist(graph, { logits }, MAX_ONCE_BYTES);
  return {
    each: makePlan(each, kept, model.tuning),
    once: Object.keys(made).length > 0 ? makePlan(once, made, model.tuning) : null,
  };
}

function tracePass(
  model: ModelShape,
  hooks: MakeHooks,
  length: number,
  capacity: number,
): { graph: Graph; logits: Value } {
  const graph = new Graph();
  // Virtual tokens and prefixes are in the cache already.
  const { virtualTokens: _, prefix: __, ...adapter } = hooks(graph, "infer");
  const context = {
    ...makeContext(model, graph, capacity, adapter),
    cross: cachedCross(graph, model.spec, capacity),
  };
  const hidden = buildDecoder(context, model.spec, length, idsInput(context, length));
  const last = graph.apply(gatherRows, [hidden, graph.input("last_row", u32(1))], {});
  return { graph, logits: applyHead(context, model.spec, last) };
}

/**
 * Plans an encoder's pass over a prompt of up to `length` tokens, behind the adapter's virtual ones, and the writing of
 * what the decoder's blocks make of it; what padding gives is never seen.
 */
export function planEncode(model: ModelShape, hooks: MakeHooks, length: number, capacity: number): Plan {
  const { spec } = model;
  const graph = new Graph();
  const context = makeContext(model, graph, capacity, hooks(graph, "infer"));
  const encoded = buildEncoder(context, spec, length);
  const slots = graph.input("slots", u32(encoded.type.shape[0] ?? 0));
  spec.blocks.forEach((_, layer) => {
    const [key, value] = projectEncoded(context, spec, layer, encoded);
    intoCache(graph, spec, capacity, crossKey(layer), key, slots);
    intoCache(graph, spec, capacity, crossValue(layer), value, slots);
  });
  return makePlan(graph, {}, model.tuning);
}

/** Plans the feeding of an adapter's virtual prompt tokens (`promptLength` of them) into an empty cache. */
export function planVirtualTokens(
  model: ModelShape,
  hooks: MakeHooks,
  promptLength: number,
  capacity: number,
): Plan {
  const graph = new Graph();
  const context = makeContext(model, graph, capacity, hooks(graph, "infer"));
  buildDecoder(context, model.spec, promptLength, null);
  return makePlan(graph, {}, model.tuning);
}

/** Plans the writing of an adapter's prefix into the first places of an empty cache. */
export function planPrefix(
  model: ModelShape,
  hooks: MakeHooks,
  prefixLength: number,
  capacity: number,
): Plan {
  const graph = new Graph();
  const adapter = hooks(graph, "infer");
  const slots = graph.input("slots", u32(prefixLength));
  model.spec.blocks.forEach((_, layer) => {
    const prefix = adapter.prefix?.(layer);
    if (!prefix) return;
    intoCache(graph, model.spec, capacity, cacheKey(layer), prefix.key, slots);
    intoCache(graph, model.spec, capacity, cacheValue(layer), prefix.value, slots);
  });
  return makePlan(graph, {}, model.tuning);
}

function makeContext(model: ModelShape, graph: Graph, capacity: number, adapter: AdapterHooks): BuildContext {
  return {
    graph,
    weights: model.weights,
    adapter,
    rows: 1,
    attend: cachedAttention(graph, model.spec, capacity, false),
    firstAttend: cachedAttention(graph, model.spec, capacity, true),
  };
}

/** Attention over the cache, into which this pass first writes its own keys and values. */
function cachedAttention(graph: Graph, spec: ModelSpec, capacity: number, first: boolean): Attend {
  return (layer, q, k, v, bias) => {
    const tokens = q.type.shape[1] ?? 0;
    const slots = graph.input("slots", u32(tokens));
    const key = intoCache(graph, spec, capacity, cacheKey(layer, first), k, slots);
    const value = intoCache(graph, spec, capacity, cacheValue(layer, first), v, slots);
    return blockAttention(graph, spec, layer, { q, key, value, prefix: 0, bias });
  };
}

/** Attention to the encoder's tokens as the prompt's pass has left them. */
function cachedCross(graph: Graph, spec: ModelSpec, capacity: number): CrossAttend {
  const state = (name: string): Value =>
    graph.state(name, f32(1, capacity, spec.keyValueHeads, spec.headDim));
  return (layer, q) => {
    const [key, value] = [state(crossKey(layer)), state(crossValue(layer))];
    return encoderAttention(graph, spec, { q, key, value, bias: null }, CROSS_RANGE);
  };
}

/** The cache after this pass has written `value` (1, T, KV, D) or (T, KV, D) at `slots`. */
function intoCache(
  graph: Graph,
  spec: ModelSpec,
  capacity: number,
  name: string,
  value: Value,
  slots: Value,
): Value {
  const { keyValueHeads, headDim } = spec;
  const rows = graph.reshape(value, 1, slots.type.shape[0] ?? 0, keyValueHeads, headDim);
  return writeCache(graph, rows, slots, graph.state(name, f32(1, capacity, keyValueHeads, headDim)));
}

/** A plan for prompts of up to `length` tokens that an encoder reads. */
export interface EncoderPlan {
  readonly length: number;
  readonly plan: Plan;
}

/** The plans of a cache size, before anything is allocated. */
export interface GeneratorPlans {
  readonly prefill: Plan | null;
  readonly decode: DecodePlans;
  readonly front: Plan | null;
  readonly encode: readonly EncoderPlan[];
}

/** Plans all that an answer of up to `capacity` tokens needs, prompt included. `state` null is the base model. */
export function planGenerator(
  model: LoadedModel,
  state: AdapterState | null,
  capacity: number,
): GeneratorPlans {
  const { encoder } = model.spec;
  const adapter = state?.adapter;
  const hooks = adapter?.hooks ?? (() => noAdapter);
  const { promptLength = 0, prefixLength = 0 } = adapter ?? {};
  let front: Plan | null = null;
  if (promptLength > 0 && !encoder) front = planVirtualTokens(model, hooks, promptLength, capacity);
  else if (prefixLength > 0) front = planPrefix(model, hooks, prefixLength, capacity);
  const longest = capacity - promptLength;
  const lengths = encoder ? [...ENCODER_LENGTHS.filter((length) => length < longest), longest] : [];
  return {
    prefill: encoder ? null : planPass(model, hooks, PREFILL_TOKENS, capacity),
    decode: planDecode(model, hooks, capacity),
    front,
    encode: lengths.map((length) => ({ length, plan: planEncode(model, hooks, length, capacity) })),
  };
}

/** The slots of each program that shares them; the one that runs once an answer has room of its own. */
export function sharedSlotBytes({ prefill, decode, front, encode }: GeneratorPlans): (readonly number[])[] {
  const plans = [prefill, decode.each, front, ...encode.map(({ plan }) => plan)];
  return plans.filter((plan) => plan !== null).map((plan) => plan.slotBytes);
}
