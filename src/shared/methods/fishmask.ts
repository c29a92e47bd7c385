import type { Field } from "../fields";
import { sparseTargetFields } from "./sparse";

/** FishMask's options, which its paper calls mask sparsity and samples. */
export const fishmaskFields = [
  {
    name: "keep_ratio",
    type: "number",
    default: 0.005,
    min: 0,
    exclusiveMin: true,
    max: 1,
    level: "basic",
    hint: "Share of the chosen layers' weights that train. 0.005 is the paper's half a percent; more learns more and makes a larger file, 1 trains all of them.",
  },
  {
    name: "fish_samples",
    type: "integer",
    default: 128,
    min: 1,
    max: 100_000,
    level: "basic",
    hint: "Texts on which each weight is weighed before the first step; every one costs a pass of its own. Too few choose by chance; the paper takes 1024.",
  },
  ...sparseTargetFields,
] as const satisfies readonly Field[];
