import type { Field } from "../fields";
import { lycorisFields } from "./lycoris";

/** How dimensions are factorised; shared by LoKr and KronA. */
export const decomposeFactorField = {
  name: "decompose_factor",
  type: "integer",
  default: -1,
  min: -1,
  max: 4096,
  level: "basic",
} as const satisfies Field;

/** LoKr options, named as in PEFT (LoKrConfig). */
export const lokrFields = [
  ...lycorisFields,
  decomposeFactorField,
  {
    name: "decompose_both",
    type: "boolean",
    default: false,
    level: "advanced",
  },
  {
    name: "rank_dropout_scale",
    type: "boolean",
    default: false,
    level: "advanced",
  },
  {
    name: "init_weights",
    type: "select",
    default: "true",
    choices: ["true", "lycoris"],
    level: "advanced",
  },
] as const satisfies readonly Field[];
