import type { Field } from "../fields";

/** The options by which PEFT's weight-side methods choose layers, under PEFT's names. */

/** Which layers get an update. */
export const targetModulesField = {
  name: "target_modules",
  type: "modules",
  default: "",
  placeholder: "empty: the family's defaults",
  level: "basic",
  hint: "Which layers get an update: names separated by commas, a regex over the whole path, or all-linear. Empty takes PEFT's defaults for the family.",
} as const satisfies Field;

/** Which of them do not. */
export const excludeModulesField = {
  name: "exclude_modules",
  type: "modules",
  default: "",
  placeholder: "empty: none",
  level: "advanced",
  hint: "Layers to leave out though target_modules chooses them: names separated by commas, or a regex.",
} as const satisfies Field;

/** Ranks of single layers. */
export const rankPatternField = {
  name: "rank_pattern",
  type: "patterns",
  default: "",
  placeholder: "v_proj=16, layers.0.*q_proj=4",
  level: "advanced",
  hint: "Other ranks for some layers, as regex=rank pairs; the first that fits wins.",
} as const satisfies Field;

/** Layers by number. */
export const layersToTransformField = {
  name: "layers_to_transform",
  type: "integers",
  default: "",
  placeholder: "empty: all layers",
  level: "advanced",
  hint: "Only these layers, by number from 0. Needs target_modules as a list.",
} as const satisfies Field;
