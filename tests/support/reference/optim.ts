/** AdamW state of the parameters. */
export interface AdamwState {
  readonly parameters: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
}

export interface AdamwOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 0 disables clipping. */
  readonly maxGradNorm: number;
  readonly learningRate: number;
  /** (learning-rate factor, weight decay) of element i's group. */
  group(i: number): readonly [factor: number, decay: number];
}

/**
 * One step of PyTorch's AdamW after clip_grad_norm_, in float64 and in place; steps count from 1. Returns the gradient
 * norm.
 */
export function adamwStep(
  state: AdamwState,
  gradients: ArrayLike<number>,
  step: number,
  options: AdamwOptions,
): number {
  const { beta1, beta2, epsilon, maxGradNorm, learningRate } = options;
  const norm = Math.sqrt(Array.from(gradients).reduce((sum, g) => sum + g * g, 0));
  const clip = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + 1e-6)) : 1;
  for (let i = 0; i < state.parameters.length; i++) {
    const [factor, decay] = options.group(i);
    const rate = learningRate * factor;
    const g = gradients[i]! * clip;
    state.parameters[i]! *= 1 - rate * decay;
    state.m[i] = beta1 * state.m[i]! + (1 - beta1) * g;
    state.v[i] = beta2 * state.v[i]! + (1 - beta2) * g * g;
    const mean = state.m[i]! / (1 - beta1 ** step);
    const root = Math.sqrt(state.v[i]! / (1 - beta2 ** step));
    state.parameters[i]! -= (rate * mean) / (root + epsilon);
  }
  return norm;
}
