import type { Field } from "../fields";
import { sparseTargetFields } from "./sparse";

/** DiffPruning options, named as in the paper's code where possible. */
export const diffPruningFields = [
  {
    name: "target_sparsity",
    type: "number",
    default: 0.005,
    min: 0,
    exclusiveMin: true,
    max: 1,
    level: "basic",
  },
  {
    name: "prune_after",
    type: "number",
    default: 0.5,
    min: 0.1,
    max: 0.9,
    level: "basic",
  },
  {
    name: "sparsity_pen",
    type: "number",
    default: 1.25e-7,
    min: 0,
    max: 1,
    level: "advanced",
  },
  {
    name: "gate_learning_rate_ratio",
    type: "number",
    default: 50,
    min: 0,
    exclusiveMin: true,
    max: 100_000,
    level: "advanced",
  },
  {
    name: "alpha_init",
    type: "number",
    default: 5,
    min: -20,
    max: 20,
    level: "advanced",
  },
  {
    name: "concrete_lower",
    type: "number",
    default: -1.5,
    min: -100,
    max: -0.01,
    level: "advanced",
  },
  {
    name: "concrete_upper",
    type: "number",
    default: 1.5,
    min: 1.01,
    max: 100,
    level: "advanced",
  },
  ...sparseTargetFields,
] as const satisfies readonly Field[];
