import type { AdapterState } from "../adapters/adapter-state";
import { noAdapter } from "../nn/hooks";
import type { SlotPool } from "../gpu/slot-pool";
import type { Plan } from "../graph/plan";
import type { BufferResolver, Program } from "../graph/program";
import type { Value } from "../graph/value";
import type { LoadedModel } from "../models/loaded-model";
import { type DecodePlans, planDecode, planEncode, planPass, planPrefix, planVirtualTokens } from "./plans";

/** Tokens of a prompt that one prefill pass takes. */
export const PREFILL_TOKENS = 32;

/** An encoder sees its whole prompt at once: it has a program for each of these lengths, and one for the longest prompt. */
const ENCODER_LENGTHS = [64, 256, 1024];

/** Everything that answers are made with, as {@link GeneratorPlans} lists it. */
export interface GeneratorPrograms {
  /** Reads a piece of a prompt; null where an encoder reads it. */
  readonly prefill: Program | null;
  readonly decode: Program;
  /** Makes what is the same for all tokens of an answer; null without any. */
  readonly once: OnceProgram | null;
  /** Feeds the adapter's virtual tokens or prefix to the decoder; null without any. */
  readonly front: Program | null;
  /** An encoder's programs, the shortest first; none without an encoder. */
  readonly encode: readonly EncoderProgram[];
}

/** A program with room of its own, over which no other one writes. */
interface OnceProgram {
  readonly program: Program;
  readonly pool: SlotPool;
}

interface EncoderProgram {
  /** Tokens of the longest prompt that it takes. */
  readonly length: number;
  readonly program: Program;
}

interface EncoderPlan {
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

/** What programs are built with. Who gives it destroys what it makes. */
export interface ProgramBuilder {
  /** Slots of the programs that never run at the same time. */
  readonly shared: SlotPool;
  readonly resolver: BufferResolver;
  makePool(slotBytes: readonly number[]): SlotPool;
  build(plan: Plan, slots: SlotPool, resolver: BufferResolver): Promise<Program>;
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

/** Builds the programs one after another: a failure must not leave others still in the making. */
export async function buildPrograms(
  plans: GeneratorPlans,
  { shared, resolver, makePool, build }: ProgramBuilder,
): Promise<GeneratorPrograms> {
  const buildShared = (plan: Plan): Promise<Program> => build(plan, shared, resolver);
  const buildOnce = async (plan: Plan): Promise<OnceProgram> => {
    const pool = makePool(plan.slotBytes);
    return { program: await build(plan, pool, resolver), pool };
  };
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
    decode: await build(plans.decode.each, shared, withOutputs(resolver, once?.program ?? null)),
    front: plans.front && (await buildShared(plans.front)),
    encode: await buildAll(plans.encode),
  };
}

/** All programs of a generator in one list. */
export function listPrograms({ prefill, once, decode, front, encode }: GeneratorPrograms): Program[] {
  const programs = [prefill, once?.program ?? null, decode, front, ...encode.map(({ program }) => program)];
  return programs.filter((program) => program !== null);
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
