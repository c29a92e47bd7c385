import { invariant } from "../../lib/invariant";
import type { Plan } from "../graph/plan";
import type { Program } from "../graph/program";
import type { BatchShape, TrainingBatch } from "./batch-inputs";
import type { ShapedPlan, TrainingPlans } from "./training-plans";

/** A program for batches of one shape. */
export interface ShapedProgram {
  readonly shape: BatchShape;
  readonly program: Program;
}

/** Everything a run executes, as {@link TrainingPlans} lists it. */
export interface TrainerPrograms {
  readonly train: readonly ShapedProgram[];
  readonly evaluate: readonly ShapedProgram[];
  readonly update: Program;
  readonly weigh: { readonly text: ShapedProgram; readonly squares: Program } | null;
}

/** Builds the programs one after another: a failure must not leave others still in the making. */
export async function buildPrograms(
  { train, evaluate, update, weigh }: TrainingPlans,
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
    weigh: weigh && { text: await buildShaped(weigh.text), squares: await build(weigh.squares) },
  };
}

/** All programs of a run in one list. */
export function listPrograms({ train, evaluate, update, weigh }: TrainerPrograms): Program[] {
  const shaped = [...train, ...evaluate, ...(weigh ? [weigh.text] : [])];
  return [...shaped.map(({ program }) => program), update, ...(weigh ? [weigh.squares] : [])];
}

/** The program that a batch's shape was prepared with. */
export function findProgram(programs: readonly ShapedProgram[], batch: TrainingBatch): ShapedProgram {
  const found = programs.find(({ shape }) => shape.rows === batch.rows && shape.length === batch.length);
  invariant(found, `a program for batches of ${batch.rows} × ${batch.length} tokens was prepared`);
  return found;
}
