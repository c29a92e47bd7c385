import type { MethodId } from "./methods";

/** A method's measurements on the built-in model and the pirate sample; see docs/methods.md. */
export interface MeasuredMethod {
  /** Mean held-out loss per token after training. */
  readonly heldOutLoss: number;
  /** Time per step, relative to plain LoRA. */
  readonly stepRatio: number;
  /** Bytes of the exported folder. */
  readonly bytes: number;
}

/** Null for methods that the built-in model does not support. Checked against tests/builtin/methods.json. */
export const measuredMethods: Readonly<Record<MethodId, MeasuredMethod | null>> = {
  lora: { heldOutLoss: 0.063, stepRatio: 1.0, bytes: 466324 },
  loha: { heldOutLoss: 0.082, stepRatio: 1.73, bytes: 930249 },
  lokr: { heldOutLoss: 0.107, stepRatio: 1.51, bytes: 49813 },
  krona: { heldOutLoss: 0.138, stepRatio: 1.39, bytes: 68379 },
  said: { heldOutLoss: 0.275, stepRatio: 3.51, bytes: 11943 },
  ia3: { heldOutLoss: 0.307, stepRatio: 0.79, bytes: 40915 },
  "prefix-tuning": { heldOutLoss: 0.225, stepRatio: 0.79, bytes: 20987 },
  "prompt-tuning": { heldOutLoss: 0.19, stepRatio: 1.33, bytes: 10722 },
  "p-tuning": { heldOutLoss: 0.403, stepRatio: 1.26, bytes: 10808 },
  "p-tuning-v2": { heldOutLoss: 0.213, stepRatio: 0.75, bytes: 20987 },
  bitfit: null,
  fishmask: { heldOutLoss: 0.143, stepRatio: 1.33, bytes: 503745 },
  "diff-pruning": { heldOutLoss: 0.095, stepRatio: 1.69, bytes: 339767 },
  "last-layers": { heldOutLoss: 0.075, stepRatio: 0.69, bytes: 2217227 },
  full: { heldOutLoss: 0.05, stepRatio: 1.09, bytes: 8163174 },
  houlsby: { heldOutLoss: 0.086, stepRatio: 0.82, bytes: 269158 },
  pfeiffer: { heldOutLoss: 0.076, stepRatio: 0.75, bytes: 134869 },
  "mad-x-language": { heldOutLoss: 0.044, stepRatio: 0.91, bytes: 187934 },
  "mad-x-task": { heldOutLoss: 0.091, stepRatio: 0.72, bytes: 322870 },
  fusion: { heldOutLoss: 0.078, stepRatio: 1.15, bytes: 1816390 },
  xlora: { heldOutLoss: 0.048, stepRatio: 1.46, bytes: 934724 },
};
