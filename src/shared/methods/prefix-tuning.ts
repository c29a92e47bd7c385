import type { Field } from "../fields";

/** Prefix tuning's options under PEFT's names (PrefixTuningConfig). */
export const prefixTuningFields = [
  {
    name: "num_virtual_tokens",
    type: "integer",
    default: 16,
    min: 1,
    max: 1024,
    level: "basic",
  },
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
  {
    name: "init_weights",
    type: "select",
    default: "random",
    choices: ["random", "zero"],
    level: "advanced",
  },
] as const satisfies readonly Field[];
