import type { Field } from "../fields";
import { excludeModulesField } from "./targeting";

/** (IA)³'s options under PEFT's names (IA3Config). */
export const ia3Fields = [
  {
    name: "target_modules",
    type: "modules",
    default: "",
    placeholder: "empty: the family's defaults",
    level: "basic",
    hint: "Which layers are scaled: names separated by commas, a regex over the whole path, or all-linear. Empty takes PEFT's defaults for the family.",
  },
  {
    name: "feedforward_modules",
    type: "modules",
    default: "",
    placeholder: "empty: the family's defaults",
    level: "basic",
    hint: "Those of them whose input is scaled instead of their output. Empty takes PEFT's defaults for the family, as far as they are targets; none scales outputs only.",
  },
  excludeModulesField,
] as const satisfies readonly Field[];
