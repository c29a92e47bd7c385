import type { Field } from "../fields";
import { excludeModulesField, targetModulesField } from "./targeting";

/** (IA)³ options, named as in PEFT (IA3Config). */
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
