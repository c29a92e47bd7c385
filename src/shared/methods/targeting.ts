import type { Field } from "../fields";

/** Layer selection options, named as in PEFT. */

/** Layers to adapt. */
export const targetModulesField = {
  name: "target_modules",
  type: "modules",
  default: "",
  level: "basic",
} as const satisfies Field;

/** Targets to exclude. */
export const excludeModulesField = {
  name: "exclude_modules",
  type: "modules",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** Rank overrides by layer. */
export const rankPatternField = {
  name: "rank_pattern",
  type: "patterns",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** Name of the layer list. */
export const layersPatternField = {
  name: "layers_pattern",
  type: "text",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** Layer indices. */
export const layersToTransformField = {
  name: "layers_to_transform",
  type: "integers",
  default: "",
  level: "advanced",
} as const satisfies Field;

/** Alpha overrides by layer. */
export const alphaPatternField = {
  name: "alpha_pattern",
  type: "patterns",
  default: "",
  level: "advanced",
} as const satisfies Field;
