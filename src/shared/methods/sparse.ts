import type { Field } from "../fields";
import { excludeModulesField, targetModulesField } from "./targeting";

/** Candidate weights of sparse methods. */
export const sparseTargetFields = [
  targetModulesField,
  excludeModulesField,
] as const satisfies readonly Field[];
