import { LuthierError } from "../../lib/errors";
import type { Schedule } from "../../shared/training";
import type { TrainingBatch } from "./batch-inputs";
import { scheduleFactor } from "./schedule";
import { isSelectionDue, select } from "./selection";
import type { Evaluation, StepMetrics, Trainer } from "./trainer";

/** Schedule of a run: batches per optimizer step, validation and learning rate. */
export interface TrainingPlan {
  readonly totalSteps: number;
  /** Micro-batches accumulated into a step, counted from 0. */
  batches(step: number): readonly TrainingBatch[];
  /** Fractional epoch at the end of a step. */
  epoch(step: number): number;
  readonly validation: Iterable<TrainingBatch> & { readonly length: number };
  /** Steps between validations; 0 validates only at the end. */
  readonly validateEvery: number;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly warmupSteps: number;
  readonly seed: number;
  /** Step already validated, when resuming from a snapshot. */
  readonly validatedStep?: number;
  /** Polled before each step; true ends the run with a last validation. */
  shouldEnd?(): boolean;
  /** Polled after each step; true requests a "rest" report. */
  shouldRest?(): boolean;
}

/** Progress events of the training loop. */
export type LoopReport =
  | ({
      readonly type: "step";
      readonly step: number;
      readonly epoch: number;
      readonly learningRate: number;
    } & StepMetrics)
  | ({ readonly type: "validation"; readonly step: number } & Evaluation)
  /** The adapter is selecting its trainable elements: `done` of `total` texts are scored. */
  | { readonly type: "selection"; readonly step: number; readonly done: number; readonly total: number }
  /** Selection is complete: from this step on `training` elements are trainable. */
  | { readonly type: "selected"; readonly step: number; readonly training: number }
  /** All steps are reported and none is in flight: safe to take a snapshot or pause. */
  | { readonly type: "rest"; readonly step: number };

/** Steps submitted ahead of the one whose metrics are awaited. */
const STEPS_AHEAD = 2;

interface Pending {
  readonly step: number;
  readonly learningRate: number;
  readonly metrics: Promise<StepMetrics>;
}

/**
 * Runs a plan from the trainer's current step to the end. Pause by not pulling; stop by returning or aborting. Reported
 * steps count from 1. Throws "diverged" if a loss or gradient is not finite; the adapter then keeps its last finite
 * values.
 */
export async function* trainingLoop(
  trainer: Trainer,
  plan: TrainingPlan,
  signal?: AbortSignal,
): AsyncGenerator<LoopReport, void> {
  const pending: Pending[] = [];
  try {
    yield* runSteps(trainer, plan, pending, signal);
  } finally {
    // A caller that returns early destroys the trainer next; pending reads must not reject unhandled.
    await Promise.allSettled(pending.map(({ metrics }) => metrics));
  }
}

async function* runSteps(
  trainer: Trainer,
  plan: TrainingPlan,
  pending: Pending[],
  signal?: AbortSignal,
): AsyncGenerator<LoopReport, void> {
  const validates = plan.validation.length > 0;
  const isDue = (step: number): boolean =>
    step === 0 || (plan.validateEvery > 0 && step % plan.validateEvery === 0 && step < plan.totalSteps);
  const first = trainer.stepCount;
  let validated = plan.validatedStep;
  if (validates && isDue(first) && validated !== first) {
    yield await validate(trainer, plan, first);
    validated = first;
  }
  for (let step = first; step < plan.totalSteps && !signal?.aborted && !plan.shouldEnd?.(); step++) {
    if (await isSelectionDue(trainer, step, plan.totalSteps)) {
      while (pending.length > 0) yield await settle(plan, pending);
      for await (const progress of select(trainer, firstEpoch(plan))) {
        yield { step, ...progress };
        if (signal?.aborted) return;
      }
    }
    const factor = scheduleFactor(plan.schedule, step, plan.warmupSteps, plan.totalSteps);
    const learningRate = plan.learningRate * factor;
    pending.push({ step, learningRate, metrics: trainer.step(plan.batches(step), learningRate, plan.seed) });
    if (pending.length > STEPS_AHEAD) yield await settle(plan, pending);
    const [measures, rests] = [validates && isDue(step + 1), plan.shouldRest?.() === true];
    if (measures || rests) while (pending.length > 0) yield await settle(plan, pending);
    if (measures) {
      yield await validate(trainer, plan, step + 1);
      validated = step + 1;
    }
    if (rests) yield { type: "rest", step: step + 1 };
  }
  while (pending.length > 0) yield await settle(plan, pending);
  // A run that ends before its last step may just have been validated.
  if (validates && validated !== trainer.stepCount) yield await validate(trainer, plan, trainer.stepCount);
}

/** Batches of the first epoch, in order. */
function* firstEpoch({ batches, epoch, totalSteps }: TrainingPlan): Generator<TrainingBatch> {
  for (let step = 0; step < totalSteps && (step === 0 || epoch(step - 1) < 1); step++) {
    yield* batches(step);
  }
}

async function validate(trainer: Trainer, plan: TrainingPlan, step: number): Promise<LoopReport> {
  return { type: "validation", step, ...(await trainer.evaluate(plan.validation)) };
}

async function settle(plan: TrainingPlan, pending: Pending[]): Promise<LoopReport> {
  const { step, learningRate, metrics } = pending.shift() as Pending;
  const result = await metrics;
  if (!result.finite) throw diverged(step + 1, result);
  return { type: "step", step: step + 1, epoch: plan.epoch(step), learningRate, ...result };
}

function diverged(step: number, { loss, gradNorm }: StepMetrics): LuthierError {
  return new LuthierError({ code: "diverged", step, loss, gradNorm });
}
