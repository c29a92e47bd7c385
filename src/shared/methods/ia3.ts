import type { Field } from "../fields";
import { excludeModulesField, targetModulesField } from "./targeting";

/** (IA)³'s options under PEFT's names (IA3Config). */
export const ia3Fields = [
  targetModulesField,
  {
    name: "feedforward_modules",
    type: "modules",
    default: "",
    level: "basic",
  },
  excludeModulesField,
] as const satisfies readonly Field[];
