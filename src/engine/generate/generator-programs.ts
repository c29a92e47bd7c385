import { defined } from "../../lib/invariant";
import type { AdapterState } from "../adapters/adapter-state";
import type { Ownership } from "../gpu/ownership";
import { SlotPool } from "../gpu/slot-pool";
import type { Plan } from "../graph/plan";
import { type BufferRange, type BufferResolver, Program } from "../graph/program";
import type { Value } from "../graph/value";
import type { LoadedModel } from "../models/loaded-model";
import { KeyValueCache } from "./key-value-cache";
import { type EncoderPlan, type GeneratorPlans, type PrefillPlan, sharedSlotBytes } from "./plans";

/** All programs of a generator; see {@link GeneratorPlans}. */
export interface GeneratorPrograms {
  /** Process pieces of the prompt, largest first; empty with an encoder. */
  readonly prefill: readonly PrefillProgram[];
  readonly decode: Program;
  /** Computes what is invariant over an answer's tokens; null if nothing is. */
  readonly prologue: Program | null;
  /** Writes the adapter's virtual tokens or prefix to the decoder's cache; null if there are none. */
  readonly front: Program | null;
  /** Encoder programs by increasing length; empty without an encoder. */
  readonly encode: readonly EncoderProgram[];
}

/** Programs of {@link PrefillPlan}. */
export interface PrefillProgram {
  readonly size: number;
  readonly last: Program;
  readonly before: Program | null;
}

interface EncoderProgram {
  /** Maximum prompt length in tokens. */
  readonly length: number;
  readonly program: Program;
}

/** Resources for building programs. The provider owns everything it creates. */
export interface ProgramBuilder {
  /** Slots shared by programs that never run concurrently. */
  readonly shared: SlotPool;
  readonly resolver: BufferResolver;
  makePool(slotBytes: readonly number[]): SlotPool;
  build(plan: Plan, slots: SlotPool, resolver: BufferResolver): Promise<Program>;
}

/** Builds the programs sequentially: a failure must not leave others being built. */
async function buildPrograms(
  plans: GeneratorPlans,
  { shared, resolver, makePool, build }: ProgramBuilder,
): Promise<GeneratorPrograms> {
  const buildShared = (plan: Plan): Promise<Program> => build(plan, shared, resolver);
  // Its results must survive the other programs, so it has its own slots.
  const buildPrologue = (plan: Plan): Promise<Program> => build(plan, makePool(plan.slotBytes), resolver);
  const buildAll = async (encoders: readonly EncoderPlan[]): Promise<EncoderProgram[]> => {
    const programs: EncoderProgram[] = [];
    for (const { length, plan } of encoders) programs.push({ length, program: await buildShared(plan) });
    return programs;
  };
  const prefill: PrefillProgram[] = [];
  for (const piece of plans.prefill) prefill.push(await buildPrefill(piece, buildShared));
  const prologue = plans.decode.prologue && (await buildPrologue(plans.decode.prologue));
  return {
    prefill,
    prologue,
    decode: await build(plans.decode.body, shared, withOutputs(resolver, prologue)),
    front: plans.front && (await buildShared(plans.front)),
    encode: await buildAll(plans.encode),
  };
}

async function buildPrefill(
  { size, last, before }: PrefillPlan,
  build: (plan: Plan) => Promise<Program>,
): Promise<PrefillProgram> {
  return { size, last: await build(last), before: before && (await build(before)) };
}

/** Resolves a program's outputs by name, then falls back to `resolver`. */
function withOutputs(resolver: BufferResolver, program: Program | null): BufferResolver {
  if (!program) return resolver;
  const isMade = (value: Value): boolean => program.plan.outputs.has(value.name);
  return {
    ...resolver,
    leaf: (value) => (isMade(value) ? program.output(value.name) : resolver.leaf(value)),
  };
}

/** Resolves the leaves of inference graphs to buffers. */
function generationLeaf(
  model: LoadedModel,
  state: AdapterState | null,
  cache: KeyValueCache,
  value: Value,
): BufferRange {
  if (value.storage === "constant")
    return { buffer: model.weights.constantBuffer(value.name), offsetBytes: 0 };
  if (value.storage === "state") return { buffer: cache.buffer(value.name), offsetBytes: 0 };
  const adapter = defined(state, "adapter state");
  return adapter.range(value.name, adapter.buffer);
}

/** Allocates the cache and slots that `ownership` will own, and compiles the plans. `capacity` is in cached positions. */
export async function createPrograms(
  model: LoadedModel,
  state: AdapterState | null,
  plans: GeneratorPlans,
  capacity: number,
  ownership: Ownership,
): Promise<GeneratorPrograms> {
  const { gpu, spec } = model;
  const pool = ownership.own(new SlotPool(gpu, sharedSlotBytes(plans)));
  const hasFirstPass = state?.adapter.hasFirstPass === true;
  const cache = ownership.own(new KeyValueCache(gpu, spec, capacity, hasFirstPass));
  const resolver: BufferResolver = {
    weight: (name, shard) => model.weights.shardBuffer(name, shard),
    leaf: (value) => generationLeaf(model, state, cache, value),
  };
  return buildPrograms(plans, {
    shared: pool,
    resolver,
    makePool: (slotBytes) => ownership.own(new SlotPool(gpu, [slotBytes])),
    build: async (plan, slots, buffers) =>
      ownership.own(await Program.create(gpu, model.pipelines, plan, slots, buffers)),
  });
}
