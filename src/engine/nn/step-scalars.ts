import type { Graph } from "../graph/graph";
import { f32, type Value } from "../graph/value";
import { dropout } from "../ops/dropout";

/** Offsets of the per-step scalars in the `step` input; none of them is baked into a plan. */
export const STEP_SCALARS = {
  /** Dropout seed, as u32 bits. */
  seed: 0,
  /** Weight of a token's loss: 1 / supervised tokens of the whole accumulated batch. */
  lossScale: 1,
  learningRate: 2,
  /** 1 − beta1^step and 1 − beta2^step (Adam's bias corrections). */
  beta1Correction: 3,
  beta2Correction: 4,
  /** Weight of a chosen answer's token, for objectives on pairs that add its cross-entropy. */
  likelihoodScale: 5,
} as const;

const COUNT = 8;

/** The `step` input of a graph. */
export function stepScalarsInput(graph: Graph): Value {
  return graph.input("step", f32(COUNT));
}

/** Applies dropout seeded by the step. `site` distinguishes the dropouts of a graph. */
export function applyDropout(graph: Graph, x: Value, probability: number, site: number): Value {
  if (probability === 0) return x;
  const attrs = { probability, site, seedIndex: STEP_SCALARS.seed };
  return graph.apply(dropout, [x, stepScalarsInput(graph)], attrs);
}

export type StepScalars = Readonly<Record<keyof typeof STEP_SCALARS, number>>;

/** Packs the scalars into the `step` input. */
export function packStepScalars(scalars: StepScalars): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(COUNT);
  for (const [name, index] of Object.entries(STEP_SCALARS))
    packed[index] = scalars[name as keyof StepScalars];
  new Uint32Array(packed.buffer)[STEP_SCALARS.seed] = scalars.seed >>> 0;
  return packed;
}

/** Step scalars of a pass without an optimizer update. */
export function lossScalars(lossScale: number, likelihoodScale = 0): Float32Array<ArrayBuffer> {
  const idle = { seed: 0, learningRate: 0, beta1Correction: 1, beta2Correction: 1 };
  return packStepScalars({ ...idle, lossScale, likelihoodScale });
}

/** Derives a seed per micro-step, so that dropout masks differ. */
export function mixSeed(seed: number, step: number, microStep: number): number {
  return (
    (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) +
      Math.imul(step, 0xc2b2ae35) +
      Math.imul(microStep, 0x27d4eb2f)) >>>
    0
  );
}
