import type { GraphMode } from "../nn/hooks";
import type { Plan } from "../graph/plan";
import type { ModelShape } from "../models/loaded-model";
import type { BatchShape } from "./batch-inputs";
import { type AdapterShape, planBatch, planSquares, planUpdate, type UpdateOptions } from "./plans";

/** What a run's plans depend on. */
export interface PlanOptions extends UpdateOptions {
  /** The shapes that batches come in. */
  readonly shapes: readonly BatchShape[];
  /** Shapes of validation batches. */
  readonly evaluationShapes: readonly BatchShape[];
  /** Computes each block again in the backward pass instead of keeping its inner values: less memory, a third more work. */
  readonly gradientCheckpointing?: boolean;
}

/** The plans of everything a run executes. */
export interface TrainingPlans {
  readonly train: readonly ShapedPlan[];
  readonly evaluate: readonly ShapedPlan[];
  readonly update: Plan;
  /** For adapters that weigh their numbers on single texts before they choose what trains. */
  readonly weigh: { readonly text: ShapedPlan; readonly squares: Plan } | null;
}

/** A plan for batches of one shape. */
export interface ShapedPlan {
  readonly shape: BatchShape;
  readonly plan: Plan;
}

/** Plans a run; nothing is allocated. */
export function planTraining(model: ModelShape, state: AdapterShape, options: PlanOptions): TrainingPlans {
  const plan = (mode: GraphMode) => (shape: BatchShape) => ({
    shape,
    plan: planBatch(model, state, shape, mode, { recompute: options.gradientCheckpointing === true }),
  });
  const text = textShape(state, options);
  return {
    train: options.shapes.map(plan("train")),
    evaluate: options.evaluationShapes.map(plan("infer")),
    update: planUpdate(model, state, options),
    weigh: text && { text: plan("train")(text), squares: planSquares(model, state) },
  };
}

/** The shape of a batch of one text, as long as the longest; null where the adapter weighs nothing. */
function textShape({ adapter }: AdapterShape, { shapes }: PlanOptions): BatchShape | null {
  if (!adapter.selection?.samples) return null;
  const length = Math.max(...shapes.map((shape) => shape.length));
  return { rows: 1, length, labels: 64 * Math.ceil(length / 64) };
}

/** All plans of a run in one list. */
export function listPlans({ train, evaluate, update, weigh }: TrainingPlans): Plan[] {
  const weighing = weigh ? [weigh.text.plan, weigh.squares] : [];
  return [...[...train, ...evaluate].map(({ plan }) => plan), update, ...weighing];
}
