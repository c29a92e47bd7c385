import type { Field } from "../fields";
import { excludeModulesField, targetModulesField } from "./targeting";

/** Intrinsic SAID options; not in PEFT. */
export const saidFields = [
  {
    name: "intrinsic_dimension",
    type: "integer",
    default: 2000,
    min: 2,
    max: 1_000_000,
    level: "basic",
  },
  {
    name: "structure_aware",
    type: "boolean",
    default: true,
    level: "basic",
  },
  targetModulesField,
  {
    name: "projection_seed",
    type: "integer",
    default: 0,
    min: 0,
    max: 0xffffffff,
    level: "advanced",
  },
  excludeModulesField,
] as const satisfies readonly Field[];
