import type { PairObjective } from "../../../src/engine/ops/preference-loss";
import type { UnpairedObjective } from "../../../src/engine/ops/unpaired-loss";
import type { ObjectiveId } from "../../../src/shared/objectives";

/** Objectives on pairs of answers. */
export type PairObjectiveId = Exclude<ObjectiveId, "kto">;

/** Log-probabilities and token counts of a pair: chosen, rejected. */
export interface JudgedPair {
  readonly policy: readonly [number, number];
  readonly reference: readonly [number, number];
  readonly tokens: readonly [number, number];
}

/** A pair's loss without the likelihood term, and its rewards, in float64. */
export function judgePair(
  id: PairObjectiveId,
  { beta, labelSmoothing, gamma }: PairObjective,
  { policy, reference, tokens }: JudgedPair,
): { loss: number; chosen: number; rejected: number } {
  const ratios = policy.map((log, i) => log - reference[i]!) as [number, number];
  const means = policy.map((log, i) => log / tokens[i]!) as [number, number];
  const rewards = ([chosen, rejected]: readonly [number, number]) => ({
    chosen: beta * chosen,
    rejected: beta * rejected,
  });
  const gap = ([chosen, rejected]: readonly [number, number]): number => chosen - rejected;
  const smooth = (z: number): number =>
    -(1 - labelSmoothing) * logSigmoid(z) - labelSmoothing * logSigmoid(-z);
  switch (id) {
    case "dpo":
      return { loss: -logSigmoid(beta * gap(ratios)), ...rewards(ratios) };
    case "hinge":
      return { loss: Math.max(0, 1 - beta * gap(ratios)), ...rewards(ratios) };
    case "robust": {
      const z = beta * gap(ratios);
      const kept = (1 - labelSmoothing) * logSigmoid(z) - labelSmoothing * logSigmoid(-z);
      return { loss: -kept / (1 - 2 * labelSmoothing), ...rewards(ratios) };
    }
    case "ipo": {
      const perToken = ratios.map((ratio, i) => ratio / tokens[i]!) as [number, number];
      return { loss: (gap(perToken) - 1 / (2 * beta)) ** 2, ...rewards(ratios) };
    }
    case "orpo": {
      const odds = means.map((mean) => mean - Math.log(-Math.expm1(mean))) as [number, number];
      return { loss: -beta * logSigmoid(gap(odds)), ...rewards(means) };
    }
    case "simpo":
      return { loss: smooth(beta * gap(means) - gamma), ...rewards(means) };
    case "cpo":
      return { loss: smooth(beta * gap(policy)), ...rewards(policy) };
  }
}

/** A labelled answer: log-probability, that of another answer after its prompt, both also under the reference. */
export interface LabelledAnswer {
  readonly policy: number;
  readonly reference: number;
  readonly other: { readonly policy: number; readonly reference: number };
  readonly good: boolean;
}

/** KTO's losses of a batch, and its estimate of how far the policy has moved, in float64. */
export function judgeLabelled(
  { beta, desirable, undesirable }: UnpairedObjective,
  answers: readonly LabelledAnswer[],
): { readonly losses: readonly number[]; readonly moved: number } {
  const moved = answers.reduce((sum, { other }) => sum + other.policy - other.reference, 0) / answers.length;
  const estimate = Math.max(0, moved);
  const losses = answers.map(({ policy, reference, good }) => {
    const side = good ? 1 : -1;
    const value = 1 / (1 + Math.exp(-side * beta * (policy - reference - estimate)));
    return (good ? desirable : undesirable) * (1 - value);
  });
  return { losses, moved };
}

function logSigmoid(x: number): number {
  return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
}
