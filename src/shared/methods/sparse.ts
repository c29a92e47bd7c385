import type { Field } from "../fields";
import { excludeModulesField, targetModulesField } from "./targeting";

/** Which weights the methods choose from that train single numbers of the model. */
export const sparseTargetFields = [
  targetModulesField,
  excludeModulesField,
] as const satisfies readonly Field[];
