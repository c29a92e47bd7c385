import type { Field } from "../fields";
import {
  excludeModulesField,
  layersToTransformField,
  rankPatternField,
  targetModulesField,
} from "./targeting";

/** The options that LoHa and LoKr share, under PEFT's names (LoHaConfig, LoKrConfig). */
export const lycorisFields = [
  {
    name: "r",
    type: "integer",
    default: 8,
    min: 1,
    max: 1024,
    level: "basic",
    hint: "Rank of each factor. Higher learns more and costs more; too high on little data learns it by heart.",
  },
  {
    name: "alpha",
    type: "number",
    default: 8,
    min: 0,
    exclusiveMin: true,
    max: 4096,
    level: "basic",
    hint: "Strength of the update: it is scaled by alpha / r. Far more than r makes training unsteady.",
  },
  targetModulesField,
  {
    name: "rank_dropout",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
    hint: "Share of the update's outputs that is dropped at each step, against learning by heart. 0 for short runs.",
  },
  {
    name: "module_dropout",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
    hint: "Chance that a layer goes without its update for a step. 0 for short runs; high values learn slowly.",
  },
  excludeModulesField,
  rankPatternField,
  {
    name: "alpha_pattern",
    type: "patterns",
    default: "",
    placeholder: "v_proj=32",
    level: "advanced",
    hint: "Other alpha for some layers, as regex=alpha pairs; the first that fits wins.",
  },
  layersToTransformField,
] as const satisfies readonly Field[];
