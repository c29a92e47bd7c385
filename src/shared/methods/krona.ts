import type { Field } from "../fields";
import { decomposeFactorField } from "./lokr";
import { excludeModulesField, targetModulesField } from "./targeting";

/** KronA options, named after LoKr's, as which it is exported; PEFT has no KronA. */
export const kronaFields = [
  {
    name: "scale",
    type: "number",
    default: 1,
    min: 0,
    exclusiveMin: true,
    max: 1024,
    level: "basic",
  },
  targetModulesField,
  decomposeFactorField,
  excludeModulesField,
] as const satisfies readonly Field[];
