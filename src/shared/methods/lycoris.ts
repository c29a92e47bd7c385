import type { Field } from "../fields";
import {
  alphaPatternField,
  excludeModulesField,
  layersPatternField,
  layersToTransformField,
  rankPatternField,
  targetModulesField,
} from "./targeting";

/** Options shared by LoHa and LoKr, named as in PEFT (LoHaConfig, LoKrConfig). */
export const lycorisFields = [
  {
    name: "r",
    type: "integer",
    default: 8,
    min: 1,
    max: 1024,
    level: "basic",
  },
  {
    name: "alpha",
    type: "number",
    default: 8,
    min: 0,
    exclusiveMin: true,
    max: 4096,
    level: "basic",
  },
  targetModulesField,
  {
    name: "rank_dropout",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
  },
  {
    name: "module_dropout",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
  },
  excludeModulesField,
  rankPatternField,
  alphaPatternField,
  layersToTransformField,
  layersPatternField,
] as const satisfies readonly Field[];
