import type { Field } from "../fields";
import { sparseTargetFields } from "./sparse";

/** FishMask options: mask sparsity and number of samples. */
export const fishmaskFields = [
  {
    name: "keep_ratio",
    type: "number",
    default: 0.005,
    min: 0,
    exclusiveMin: true,
    max: 1,
    level: "basic",
  },
  {
    name: "fish_samples",
    type: "integer",
    default: 128,
    min: 1,
    max: 100_000,
    level: "basic",
  },
  ...sparseTargetFields,
] as const satisfies readonly Field[];
