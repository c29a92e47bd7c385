import { defined } from "../../lib/invariant";
import type { AdapterState } from "../adapters/adapter-state";
import type { SlotPool } from "../gpu/slot-pool";
import type { Plan } from "../graph/plan";
import type { BufferRange, BufferResolver, Program } from "../graph/program";
import type { Value } from "../graph/value";
import type { LoadedModel } from "../models/loaded-model";
import type { KeyValueCache } from "./key-value-cache";
import type { EncoderPlan, GeneratorPlans } from "./plans";

/** Everything that answers are made with, as {@link GeneratorPlans} lists it. */
export interface GeneratorPrograms {
  /** Reads a piece of a prompt; null where an encoder reads it. */
  readonly prefill: Program | null;
  readonly decode: Program;
  /** Makes what is the same for all tokens of an answer; null without any. */
  readonly once: Program | null;
  /** Feeds the adapter's virtual tokens or prefix to the decoder; null without any. */
  readonly front: Program | null;
  /** An encoder's programs, the shortest first; none without an encoder. */
  readonly encode: readonly EncoderProgram[];
}

interface EncoderProgram {
  /** Tokens of the longest prompt that it takes. */
  readonly length: number;
  readonly program: Program;
}

/** What programs are built with. Who gives it destroys what it makes. */
export interface ProgramBuilder {
  /** Slots of the programs that never run at the same time. */
  readonly shared: SlotPool;
  readonly resolver: BufferResolver;
  makePool(slotBytes: readonly number[]): SlotPool;
  build(plan: Plan, slots: SlotPool, resolver: BufferResolver): Promise<Program>;
}

/** Builds the programs one after another: a failure must not leave others still in the making. */
export async function buildPrograms(
  plans: GeneratorPlans,
  { shared, resolver, makePool, build }: ProgramBuilder,
): Promise<GeneratorPrograms> {
  const buildShared = (plan: Plan): Promise<Program> => build(plan, shared, resolver);
  // What is made once an answer has room of its own, over which no other program writes.
  const buildOnce = (plan: Plan): Promise<Program> => build(plan, makePool(plan.slotBytes), resolver);
  const buildAll = async (encoders: readonly EncoderPlan[]): Promise<EncoderProgram[]> => {
    const programs: EncoderProgram[] = [];
    for (const { length, plan } of encoders) programs.push({ length, program: await buildShared(plan) });
    return programs;
  };
  const prefill = plans.prefill && (await buildShared(plans.prefill));
  const once = plans.decode.once && (await buildOnce(plans.decode.once));
  return {
    prefill,
    once,
    decode: await build(plans.decode.each, shared, withOutputs(resolver, once)),
    front: plans.front && (await buildShared(plans.front)),
    encode: await buildAll(plans.encode),
  };
}

/** Finds the outputs of a program by their names before all else. */
function withOutputs(resolver: BufferResolver, program: Program | null): BufferResolver {
  if (!program) return resolver;
  const isMade = (value: Value): boolean => program.plan.outputs.has(value.name);
  return {
    ...resolver,
    leaf: (value) => (isMade(value) ? program.output(value.name) : resolver.leaf(value)),
  };
}

/** Finds the buffers of an answering graph's leaves. */
export function generationLeaf(
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
