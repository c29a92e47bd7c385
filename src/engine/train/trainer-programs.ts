import { defined, invariant } from "../../lib/invariant";
import type { AdapterState } from "../adapters/adapter-state";
import type { Plan } from "../graph/plan";
import type { BufferRange, Program } from "../graph/program";
import type { Value } from "../graph/value";
import type { LoadedModel } from "../models/loaded-model";
import type { BatchShape, TrainingBatch } from "./batch-inputs";
import type { OptimizerState } from "./optimizer-state";
import { FLAT, LOSS_SUM, PAIR_SUMS, type ShapedPlan, type TrainingPlans } from "./plans";

/** A program for batches of one shape. */
export interface ShapedProgram {
  readonly shape: BatchShape;
  readonly program: Program;
}

/** All programs of a run; see {@link TrainingPlans}. */
export interface TrainerPrograms {
  readonly train: readonly ShapedProgram[];
  readonly evaluate: readonly ShapedProgram[];
  readonly update: Program;
  readonly importance: { readonly text: ShapedProgram; readonly squares: Program } | null;
}

/** Builds the programs sequentially: a failure must not leave others being built. */
export async function buildPrograms(
  { train, evaluate, update, importance }: TrainingPlans,
  build: (plan: Plan) => Promise<Program>,
): Promise<TrainerPrograms> {
  const buildShaped = async ({ shape, plan }: ShapedPlan): Promise<ShapedProgram> => ({
    shape,
    program: await build(plan),
  });
  const buildAll = async (plans: readonly ShapedPlan[]): Promise<ShapedProgram[]> => {
    const programs: ShapedProgram[] = [];
    for (const plan of plans) programs.push(await buildShaped(plan));
    return programs;
  };
  return {
    train: await buildAll(train),
    evaluate: await buildAll(evaluate),
    update: await build(update),
    importance: importance && {
      text: await buildShaped(importance.text),
      squares: await build(importance.squares),
    },
  };
}

/** Finds the program for a batch's shape. */
export function findProgram(programs: readonly ShapedProgram[], batch: TrainingBatch): ShapedProgram {
  const found = programs.find(({ shape }) => shape.rows === batch.rows && shape.length === batch.length);
  invariant(found, `a program for batches of ${batch.rows} × ${batch.length} tokens was prepared`);
  return found;
}

/** Resolves the leaves of training graphs to buffers. */
export function trainingLeaf(
  model: LoadedModel,
  state: AdapterState,
  optimizer: OptimizerState,
  value: Value,
): BufferRange {
  if (value.storage === "constant")
    return { buffer: model.weights.constantBuffer(value.name), offsetBytes: 0 };
  if (value.storage === "parameter") return state.range(value.name, state.buffer);
  if (value.storage === "gradient") return state.range(value.name, optimizer.gradients);
  const states: Readonly<Record<string, GPUBuffer>> = {
    [FLAT.parameters]: state.buffer,
    [FLAT.gradients]: optimizer.gradients,
    [FLAT.m]: optimizer.m,
    [FLAT.v]: optimizer.v,
    blocks: optimizer.blocks,
    groupTable: optimizer.groupTable,
    metrics: optimizer.metrics,
    [LOSS_SUM]: optimizer.lossSum,
    [PAIR_SUMS]: optimizer.lossSum,
  };
  return { buffer: defined(states[value.name], `state ${value.name}`), offsetBytes: 0 };
}
