import type { AdapterState } from "../adapters/adapter-state";
import { type AdapterHooks, type MakeHooks, noAdapter } from "../nn/hooks";
import { Graph } from "../graph/graph";
import { hoist } from "../transform/hoist";
import { type Plan, tooLargeOperand } from "../graph/plan";
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

/** Prompt tokens per prefill pass, largest first. */
const PREFILL_TOKENS = [512, 128, 32];
/** A pass this full is faster than several smaller ones. */
const FULL = 0.75;

/** Passes over a prompt of `tokens` tokens: the first token and the number of tokens of each. */
export function prefillPieces(
  tokens: number,
  sizes: readonly number[],
): readonly { readonly start: number; readonly count: number; readonly size: number }[] {
  const pieces = [];
  for (let start = 0; start < tokens;) {
    const rest = tokens - start;
    const size = sizes.find((each) => rest >= FULL * each) ?? sizes.at(-1) ?? rest;
    const count = Math.min(size, rest);
    pieces.push({ start, count, size });
    start += count;
  }
  return pieces;
}

/**
 * Encoders process the whole prompt in one pass: there is a program for each of these lengths and for the longest
 * prompt.
 */
const ENCODER_LENGTHS = [64, 256, 1024];

/** State names of a layer's KV cache; an adapter's first pass has its own. */
const cacheKey = (layer: number, first = false): string => `${first ? "first." : ""}cache.key.${layer}`;
const cacheValue = (layer: number, first = false): string => `${first ? "first." : ""}cache.value.${layer}`;

/** State names of a layer's cross-attention keys and values, computed once per prompt. */
const crossKey = (layer: number): string => `cross.key.${layer}`;
const crossValue = (layer: number): string => `cross.value.${layer}`;

/** All cache state names of a model, including an adapter's first pass. */
export function cacheNames({ blocks }: ModelSpec, hasFirstPass: boolean): string[] {
  return blocks.flatMap(({ cross }, layer) => [
    ...[cacheKey(layer), cacheValue(layer)],
    ...(hasFirstPass ? [cacheKey(layer, true), cacheValue(layer, true)] : []),
    ...(cross ? [crossKey(layer), crossValue(layer)] : []),
  ]);
}

/** Elements per cache state. */
export function cacheElements(spec: ModelSpec, capacity: number): number {
  return capacity * spec.keyValueHeads * spec.headDim;
}

/** Size of a pass over cached keys and values. */
export interface PassShape {
  readonly tokens: number;
  /** Total positions of the cache, over all sequences. */
  readonly capacity: number;
  /** Number of tokens whose logits are kept; default 1. */
  readonly logitRows?: number;
  /** Whether the tokens belong to several sequences, contiguous in the cache. */
  readonly scattered?: boolean;
}

/**
 * Plans a pass of `length` tokens of one sequence over a cache of `capacity` positions; keeps the logits of one row.
 */
export function planPass(model: ModelShape, hooks: MakeHooks, length: number, capacity: number): Plan {
  const { graph, logits } = tracePass(model, hooks, { tokens: length, capacity });
  return makePlan(graph, { logits }, model.tuning);
}

/** Plans of a prompt's passes of `size` tokens. */
export interface PrefillPlan {
  readonly size: number;
  /** Keeps the logits of one row, for the last pass of a prompt. */
  readonly last: Plan;
  /** Only fills the cache; null if no prompt is longer than one pass. */
  readonly before: Plan | null;
}

/** Plans the passes that a prompt may need; larger ones only if their results fit the GPU's bindings. */
function planPrefill(model: LoadedModel, hooks: MakeHooks, capacity: number): PrefillPlan[] {
  const [smallest = 0] = PREFILL_TOKENS.slice(-1);
  const sizes = PREFILL_TOKENS.filter((size) => size === smallest || FULL * size <= capacity);
  const plans = sizes.map((size) => {
    const { graph } = tracePass(model, hooks, { tokens: size, capacity });
    const before = size < capacity ? makePlan(graph, {}, model.tuning) : null;
    return { size, before, last: planPass(model, hooks, size, capacity) };
  });
  const { maxBindingBytes } = model.gpu.info;
  const fits = ({ before, last }: PrefillPlan): boolean =>
    [before, last].every((plan) => !plan || !tooLargeOperand(plan, maxBindingBytes));
  return plans.filter((plan) => plan.size === smallest || fits(plan));
}

/** The decode pass, split into per-token and per-answer work. */
export interface DecodePlans {
  readonly body: Plan;
  /** Runs before the first token; its outputs are states of `body`, by name. Null if nothing is invariant. */
  readonly prologue: Plan | null;
}

/** Maximum bytes kept between tokens; beyond this, recomputing is cheaper. */
const MAX_HOISTED_BYTES = 64 * 2 ** 20;

/** Plans the decode pass, hoisting what depends only on the adapter's parameters and the weights. */
export function planDecode(model: ModelShape, hooks: MakeHooks, shape: PassShape): DecodePlans {
  const { graph, logits } = tracePass(model, hooks, shape);
  const { prologue, hoisted, body, outputs } = hoist(graph, { logits }, MAX_HOISTED_BYTES);
  return {
    body: makePlan(body, outputs, model.tuning),
    prologue: Object.keys(hoisted).length > 0 ? makePlan(prologue, hoisted, model.tuning) : null,
  };
}

function tracePass(
  model: ModelShape,
  hooks: MakeHooks,
  { tokens, capacity, logitRows = 1, scattered = false }: PassShape,
): { graph: Graph; logits: Value } {
  const graph = new Graph();
  // Virtual tokens and prefixes are already in the cache.
  const { virtualTokens: _, prefix: __, ...adapter } = hooks(graph, "infer");
  const context = {
    ...makeContext(model, graph, capacity, adapter, scattered),
    cross: cachedCross(graph, model.spec, capacity, scattered),
  };
  const hidden = buildDecoder(context, model.spec, tokens, idsInput(context, tokens));
  const last = graph.apply(gatherRows, [hidden, graph.input("logit_rows", u32(logitRows))], {});
  return { graph, logits: applyHead(context, model.spec, last) };
}

/**
 * Plans an encoder pass over a prompt of up to `length` tokens after the adapter's virtual tokens, writing each decoder
 * block's cross-attention keys and values. Outputs at padding are never attended to.
 */
export function planEncode(model: ModelShape, hooks: MakeHooks, length: number, capacity: number): Plan {
  const { spec } = model;
  const graph = new Graph();
  const context = makeContext(model, graph, capacity, hooks(graph, "infer"));
  const encoded = buildEncoder(context, spec, length);
  const slots = graph.input("slots", u32(encoded.type.shape[0] ?? 0));
  spec.blocks.forEach((_, layer) => {
    const [key, value] = projectEncoded(context, spec, layer, encoded);
    writeToCache(graph, spec, capacity, crossKey(layer), key, slots);
    writeToCache(graph, spec, capacity, crossValue(layer), value, slots);
  });
  return makePlan(graph, {}, model.tuning);
}

/** Plans the pass that writes an adapter's `promptLength` virtual tokens to an empty cache. */
function planVirtualTokens(
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

/** Plans the pass that writes an adapter's prefix to the first positions of an empty cache. */
function planPrefix(model: ModelShape, hooks: MakeHooks, prefixLength: number, capacity: number): Plan {
  const graph = new Graph();
  const adapter = hooks(graph, "infer");
  const slots = graph.input("slots", u32(prefixLength));
  model.spec.blocks.forEach((_, layer) => {
    const prefix = adapter.prefix?.(layer);
    if (!prefix) return;
    writeToCache(graph, model.spec, capacity, cacheKey(layer), prefix.key, slots);
    writeToCache(graph, model.spec, capacity, cacheValue(layer), prefix.value, slots);
  });
  return makePlan(graph, {}, model.tuning);
}

function makeContext(
  model: ModelShape,
  graph: Graph,
  capacity: number,
  adapter: AdapterHooks,
  scattered = false,
): BuildContext {
  const attend = (first: boolean): Attend => cachedAttention(graph, model.spec, capacity, first, scattered);
  return {
    graph,
    weights: model.weights,
    adapter,
    rows: 1,
    attend: attend(false),
    firstAttend: attend(true),
  };
}

/** Attention over the cache after writing this pass's keys and values to it. */
function cachedAttention(
  graph: Graph,
  spec: ModelSpec,
  capacity: number,
  first: boolean,
  scattered: boolean,
): Attend {
  return (layer, q, k, v, bias) => {
    const tokens = q.type.shape[1] ?? 0;
    const slots = graph.input("slots", u32(tokens));
    const key = writeToCache(graph, spec, capacity, cacheKey(layer, first), k, slots);
    const value = writeToCache(graph, spec, capacity, cacheValue(layer, first), v, slots);
    return blockAttention(graph, spec, layer, { q, key, value, prefix: 0, bias, scattered, dropout: null });
  };
}

/** Cross-attention over the cached keys and values of the encoder's tokens. */
function cachedCross(graph: Graph, spec: ModelSpec, capacity: number, scattered: boolean): CrossAttend {
  const state = (name: string): Value =>
    graph.state(name, f32(1, capacity, spec.keyValueHeads, spec.headDim));
  return (layer, q) => {
    const [key, value] = [state(crossKey(layer)), state(crossValue(layer))];
    return encoderAttention(
      graph,
      spec,
      { q, key, value, bias: null, scattered, dropout: null },
      CROSS_RANGE,
    );
  };
}

/** Writes `value` (1, T, KV, D) or (T, KV, D) to the cache at `slots`; returns the updated cache. */
function writeToCache(
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

/** An encoder plan for prompts of up to `length` tokens. */
export interface EncoderPlan {
  readonly length: number;
  readonly plan: Plan;
}

/** All plans of a generator. */
export interface GeneratorPlans {
  /** Largest first; empty with an encoder. */
  readonly prefill: readonly PrefillPlan[];
  readonly decode: DecodePlans;
  readonly front: Plan | null;
  readonly encode: readonly EncoderPlan[];
}

/** Plans generation with up to `capacity` tokens, prompt included. A null `state` is the base model. */
export function planGenerator(
  model: LoadedModel,
  state: AdapterState | null,
  capacity: number,
): GeneratorPlans {
  const hooks = hooksOf(state);
  return {
    prefill: model.spec.encoder ? [] : planPrefill(model, hooks, capacity),
    decode: planDecode(model, hooks, { tokens: 1, capacity }),
    ...planStarts(model, state, capacity, capacity),
  };
}

/** Number of sequences decoded together. */
export interface BatchLanes {
  readonly lanes: number;
  /** Positions per sequence: virtual tokens, prompt and answer. */
  readonly laneCapacity: number;
}

/** Tokens per batched pass: one of each answering lane, and prompt tokens of the others. */
export const BATCH_TOKENS = 32;

/** Plans batched generation: one program processes prompts and answers of all lanes. */
export function planBatch(
  model: LoadedModel,
  state: AdapterState | null,
  { lanes, laneCapacity }: BatchLanes,
): GeneratorPlans {
  const capacity = lanes * laneCapacity;
  const shape = { tokens: BATCH_TOKENS, capacity, logitRows: BATCH_TOKENS, scattered: true };
  return {
    prefill: [],
    decode: planDecode(model, hooksOf(state), shape),
    ...planStarts(model, state, laneCapacity, capacity),
  };
}

/**
 * Plans what runs before a prompt's first pass.
 * @param longest maximum positions of a sequence
 * @param capacity positions of the whole cache
 */
function planStarts(
  model: LoadedModel,
  state: AdapterState | null,
  longest: number,
  capacity: number,
): Pick<GeneratorPlans, "front" | "encode"> {
  const { encoder } = model.spec;
  const hooks = hooksOf(state);
  const { promptLength = 0, prefixLength = 0 } = state?.adapter ?? {};
  let front: Plan | null = null;
  if (promptLength > 0 && !encoder) front = planVirtualTokens(model, hooks, promptLength, capacity);
  else if (prefixLength > 0) front = planPrefix(model, hooks, prefixLength, capacity);
  const room = longest - promptLength;
  const lengths = encoder ? [...ENCODER_LENGTHS.filter((length) => length < room), room] : [];
  return {
    front,
    encode: lengths.map((length) => ({ length, plan: planEncode(model, hooks, length, capacity) })),
  };
}

function hooksOf(state: AdapterState | null): MakeHooks {
  return state?.adapter.hooks ?? (() => noAdapter);
}

/** Slot sizes of the programs that share slots; `decode.prologue` has its own. */
export function sharedSlotBytes({ prefill, decode, front, encode }: GeneratorPlans): (readonly number[])[] {
  const passes = prefill.flatMap(({ before, last }) => [before, last]);
  const plans = [...passes, decode.body, front, ...encode.map(({ plan }) => plan)];
  return plans.filter((plan) => plan !== null).map((plan) => plan.slotBytes);
}
