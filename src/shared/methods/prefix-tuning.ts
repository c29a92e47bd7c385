import type { Field } from "../fields";

/** Number of virtual tokens before each layer. */
export const virtualTokensField = {
  name: "num_virtual_tokens",
  type: "integer",
  default: 16,
  min: 1,
  max: 1024,
  level: "basic",
} as const satisfies Field;

/** Initialisation of the prefix. */
export const prefixInitField = {
  name: "init_weights",
  type: "select",
  default: "random",
  choices: ["random", "zero"],
  level: "advanced",
} as const satisfies Field;

/** Prefix tuning options, named as in PEFT (PrefixTuningConfig). */
export const prefixTuningFields = [
  virtualTokensField,
  {
    name: "prefix_projection",
    type: "boolean",
    default: false,
    level: "basic",
  },
  {
    name: "encoder_hidden_size",
    type: "integer",
    default: 128,
    min: 1,
    max: 16384,
    level: "basic",
    when: { field: "prefix_projection", equals: true },
  },
  prefixInitField,
] as const satisfies readonly Field[];
