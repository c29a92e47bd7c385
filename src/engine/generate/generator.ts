import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { FinishReason, GenerationOptions } from "../../spec/generation";
import type { AdapterState } from "../adapters/adapter-state";
import { noAdapter } from "../adapters/hooks";
import type { Random } from "../adapters/method";
import type { Gpu } from "../gpu/device";
import { ReadbackRing } from "../gpu/readback";
import { SlotPool } from "../gpu/slot-pool";
import { STORAGE } from "../gpu/usage";
import type { Plan } from "../graph/plan";
import { type BufferResolver, Program } from "../graph/program";
import type { Value } from "../graph/value";
import { type DecoderSpec, firstPosition, slidingWindows } from "../models/decoder-spec";
import type { LoadedModel } from "../models/loaded-model";
import { keyStartName } from "../nn/attention";
import { cacheElements, cacheKey, cacheValue, planPass, planPrefix, planVirtualTokens } from "./programs";
import { sampleToken } from "./sampling";

/** Tokens of a prompt that one prefill pass takes. */
const PREFILL_TOKENS = 32;

/** A place of the cache that no pass writes to: queries of padding go nowhere. */
const NO_SLOT = 0xffffffff;

/**
 * Answers token by token with a key-value cache, with the base model or with an adapter on it. Programs are made
 * once for a cache size and serve every question until {@link Generator.destroy}.
 */
export class Generator {
  /** Places of the cache: virtual tokens, prompt and answer together. */
  readonly capacity: number;
  readonly #spec: DecoderSpec;
  readonly #state: AdapterState | null;
  readonly #programs: GeneratorPrograms;
  readonly #pool: SlotPool;
  readonly #cache: KeyValueCache;
  readonly #logits: ReadbackRing;

  private constructor(
    model: LoadedModel,
    state: AdapterState | null,
    capacity: number,
    programs: GeneratorPrograms,
    pool: SlotPool,
    cache: KeyValueCache,
  ) {
    this.capacity = capacity;
    this.#spec = model.spec;
    this.#state = state;
    this.#programs = programs;
    this.#pool = pool;
    this.#cache = cache;
    this.#logits = new ReadbackRing(model.gpu, model.spec.vocabularySize * 4, 1);
  }

  /**
   * Plans, allocates and compiles for sequences of up to `capacity` tokens. `state` null is the base model.
   * Errors: not enough memory; nothing is left behind.
   */
  static async create(model: LoadedModel, state: AdapterState | null, capacity: number): Promise<Generator> {
    const { gpu, spec } = model;
    const plans = makePlans(model, state, capacity);
    const made: { destroy(): void }[] = [];
    const own = <T extends { destroy(): void }>(part: T): T => {
      made.push(part);
      return part;
    };
    try {
      return await gpu.allocating("the answers' cache", async () => {
        const present = Object.values(plans).filter((plan) => plan !== null);
        const slotBytes = present.map((plan) => plan.slotBytes);
        const pool = own(new SlotPool(gpu, slotBytes));
        const cache = own(new KeyValueCache(gpu, spec, capacity));
        const resolver: BufferResolver = {
          weight: (name, shard) => model.weights.shardBuffer(name, shard),
          leaf: (value) => resolveLeaf(model, state, cache, value),
        };
        const build = async (plan: Plan): Promise<Program> =>
          own(await Program.create(gpu, model.pipelines, plan, pool, resolver));
        const programs = {
          prefill: await build(plans.prefill),
          decode: await build(plans.decode),
          front: plans.front && (await build(plans.front)),
        };
        return own(new Generator(model, state, capacity, programs, pool, cache));
      });
    } catch (error) {
      for (const part of made) part.destroy();
      throw error;
    }
  }

  /**
   * Yields new ids until an end token (not yielded), the length, or the signal; returns why it ended.
   * Errors when the prompt leaves no room for an answer.
   */
  async *generate(
    prompt: readonly number[],
    options: GenerationOptions,
    endIds: ReadonlySet<number>,
    random: Random,
    signal?: AbortSignal,
  ): AsyncGenerator<number, FinishReason> {
    const front = this.#frontLength();
    const room = this.capacity - front - prompt.length;
    if (prompt.length === 0 || room < 1) throw noRoom(prompt.length, this.capacity - front);
    this.#feedFront(front);
    const ids = [...prompt];
    let logits = await this.#prefill(prompt, front);
    const budget = Math.min(options.maxNewTokens, room);
    for (let made = 0; made < budget; made++) {
      if (signal?.aborted) return "stopped";
      const id = sampleToken(logits, ids, options, () => random.uniform());
      if (endIds.has(id)) return "end-token";
      ids.push(id);
      yield id;
      if (made + 1 < budget) logits = await this.#decode(id, front + ids.length - 1);
    }
    return "length";
  }

  /** Logits of the token after `prompt`, (vocabulary). */
  async logitsAfter(prompt: readonly number[]): Promise<Float32Array> {
    const front = this.#frontLength();
    this.#feedFront(front);
    return this.#prefill(prompt, front);
  }

  destroy(): void {
    for (const program of Object.values(this.#programs)) program?.destroy();
    this.#pool.destroy();
    this.#cache.destroy();
    this.#logits.destroy();
  }

  #frontLength(): number {
    const adapter = this.#state?.adapter;
    return adapter ? adapter.promptLength + adapter.prefixLength : 0;
  }

  #feedFront(front: number): void {
    this.#programs.front?.run(this.#inputs(new Uint32Array(front), 0, front));
  }

  async #prefill(prompt: readonly number[], front: number): Promise<Float32Array> {
    const { prefill } = this.#programs;
    for (let start = 0; start < prompt.length; start += PREFILL_TOKENS) {
      const piece = prompt.slice(start, start + PREFILL_TOKENS);
      const ids = new Uint32Array(PREFILL_TOKENS);
      ids.set(piece);
      prefill.run(this.#inputs(ids, front + start, piece.length));
    }
    return this.#readLogits(prefill);
  }

  async #decode(id: number, position: number): Promise<Float32Array> {
    this.#programs.decode.run(this.#inputs(Uint32Array.of(id), position, 1));
    return this.#readLogits(this.#programs.decode);
  }

  #inputs(ids: Uint32Array, start: number, count: number): Record<string, Uint32Array> {
    return passInputs(this.#spec, ids, start, count);
  }

  async #readLogits(program: Program): Promise<Float32Array> {
    return new Float32Array(await this.#logits.read(program.output("logits")));
  }
}

/** Keys and values of every layer for all places of a sequence. */
class KeyValueCache {
  readonly #gpu: Gpu;
  readonly #buffers = new Map<string, GPUBuffer>();

  constructor(gpu: Gpu, spec: DecoderSpec, capacity: number) {
    this.#gpu = gpu;
    spec.blocks.forEach((_, layer) => {
      for (const name of [cacheKey(layer), cacheValue(layer)]) {
        this.#buffers.set(name, gpu.createBuffer(name, cacheElements(spec, capacity) * 4, STORAGE));
      }
    });
  }

  buffer(name: string): GPUBuffer {
    return defined(this.#buffers.get(name), name);
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) this.#gpu.destroyBuffer(buffer);
  }
}

interface GeneratorPrograms {
  readonly prefill: Program;
  readonly decode: Program;
  /** Feeds the adapter's virtual tokens or prefix; null without any. */
  readonly front: Program | null;
}

function makePlans(
  model: LoadedModel,
  state: AdapterState | null,
  capacity: number,
): { prefill: Plan; decode: Plan; front: Plan | null } {
  const adapter = state?.adapter;
  const hooks = adapter?.hooks ?? (() => noAdapter);
  const { promptLength = 0, prefixLength = 0 } = adapter ?? {};
  let front: Plan | null = null;
  if (promptLength > 0) front = planVirtualTokens(model, hooks, promptLength, capacity);
  else if (prefixLength > 0) front = planPrefix(model, hooks, prefixLength, capacity);
  return {
    prefill: planPass(model, hooks, PREFILL_TOKENS, capacity),
    decode: planPass(model, hooks, 1, capacity),
    front,
  };
}

function resolveLeaf(
  model: LoadedModel,
  state: AdapterState | null,
  cache: KeyValueCache,
  value: Value,
): { buffer: GPUBuffer; offsetBytes: number } {
  if (value.storage === "constant")
    return { buffer: model.weights.constantBuffer(value.name), offsetBytes: 0 };
  if (value.storage === "state") return { buffer: cache.buffer(value.name), offsetBytes: 0 };
  const adapter = defined(state, "adapter state");
  return adapter.range(value.name, adapter.buffer);
}

/** Inputs of a pass over places `start` … `start + count`; ids past `count` are padding that sees and writes nothing. */
function passInputs(
  spec: DecoderSpec,
  ids: Uint32Array,
  start: number,
  count: number,
): Record<string, Uint32Array> {
  const places = Uint32Array.from(ids, (_, i) => (i < count ? start + i : 0));
  const keyEnd = places.map((place, i) => (i < count ? place + 1 : 0));
  const windows = slidingWindows(spec).map((window) => [
    keyStartName(window),
    keyEnd.map((end) => Math.max(0, end - window)),
  ]);
  return {
    input_ids: ids,
    positions: places.map((place) => place + firstPosition(spec)),
    slots: places.map((place, i) => (i < count ? place : NO_SLOT)),
    key_start: new Uint32Array(ids.length),
    ...(Object.fromEntries(windows) as Record<string, Uint32Array>),
    key_end: keyEnd,
    last_row: Uint32Array.of(Math.max(0, count - 1)),
    // Generation drops nothing, but an adapter's graph may ask for the scalars.
    step: new Uint32Array(8),
  };
}

function noRoom(tokens: number, places: number): LuthierError {
  if (tokens === 0) return new LuthierError("config", "The prompt has no tokens.", "Write a message first.");
  return new LuthierError(
    "config",
    `The conversation has ${tokens} tokens; only ${places} fit, and an answer needs room too.`,
    "Clear the conversation or shorten the message.",
  );
}
