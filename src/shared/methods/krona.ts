import type { Field } from "../fields";
import { decomposeFactorField } from "./lokr";
import { excludeModulesField } from "./targeting";

/** KronA's options. PEFT has no KronA: the names are LoKr's, as which it is exported. */
export const kronaFields = [
  {
    name: "scale",
    type: "number",
    default: 1,
    min: 0,
    exclusiveMin: true,
    max: 1024,
    level: "basic",
    hint: "Strength of the update: what the product of both factors is multiplied with. High values make training unsteady.",
  },
  {
    name: "target_modules",
    type: "modules",
    default: "",
    placeholder: "empty: the family's defaults",
    level: "basic",
    hint: "Which layers get an update: names separated by commas, a regex over the whole path, or all-linear. Empty takes PEFT's defaults for LoRA.",
  },
  decomposeFactorField,
  excludeModulesField,
] as const satisfies readonly Field[];
