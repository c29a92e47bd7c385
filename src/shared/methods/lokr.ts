import type { Field } from "../fields";
import { lycorisFields } from "./lycoris";

/** How a layer's sizes are cut into two factors; LoKr and KronA share it. */
export const decomposeFactorField = {
  name: "decompose_factor",
  type: "integer",
  default: -1,
  min: -1,
  max: 4096,
  level: "basic",
  hint: "How the layer's sizes are cut in two: -1 near their square roots; a number makes the left factor about that size. Far from the root costs more parameters.",
} as const satisfies Field;

/** LoKr's options under PEFT's names (LoKrConfig). */
export const lokrFields = [
  ...lycorisFields,
  decomposeFactorField,
  {
    name: "decompose_both",
    type: "boolean",
    default: false,
    level: "advanced",
    hint: "Gives the left factor rank r too, where that is smaller. Saves parameters on large factors only.",
  },
  {
    name: "rank_dropout_scale",
    type: "boolean",
    default: false,
    level: "advanced",
    hint: "Whether what rank_dropout keeps is scaled up to make good for what it drops.",
  },
  {
    name: "init_weights",
    type: "select",
    default: "true",
    choices: [
      { value: "true", label: "true: the left factor starts at zero" },
      { value: "lycoris", label: "lycoris: the right factor starts at zero" },
    ],
    level: "advanced",
    hint: "Which factor starts at zero, so that training begins exactly at the base model.",
  },
] as const satisfies readonly Field[];
