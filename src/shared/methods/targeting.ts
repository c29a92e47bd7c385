import type { Field } from "../fields";

/** The options by which PEFT's weight-side methods choose layers, under PEFT's names. */

/** Which layers get an update. */
export const targetModulesField = {
  name: "target_modules",
  type: "modules",
  default: "",
  level: "basic",
} as const satisfies Field;

/** Which of them do not. */
export const excludeModulesField = {
  name: "exclude_modules",
  type: "modules",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** Ranks of single layers. */
export const rankPatternField = {
  name: "rank_pattern",
  type: "patterns",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** The list that the layers are numbered in. */
export const layersPatternField = {
  name: "layers_pattern",
  type: "text",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** Layers by number. */
export const layersToTransformField = {
  name: "layers_to_transform",
  type: "integers",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** Alphas of single layers. */
export const alphaPatternField = {
  name: "alpha_pattern",
  type: "patterns",
  default: "",
  level: "advanced",
} as const satisfies Field;
