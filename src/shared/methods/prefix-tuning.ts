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
    hint: "Virtual tokens in front of every layer. More carry more, and take their length from the context.",
  },
  {
    name: "prefix_projection",
    type: "boolean",
    default: false,
    level: "basic",
    hint: "Trains the prefix through a small network, which steadies training and costs many parameters; only the result is saved.",
  },
  {
    name: "encoder_hidden_size",
    type: "integer",
    default: 128,
    min: 1,
    max: 16384,
    level: "basic",
    when: { field: "prefix_projection", equals: true },
    hint: "Width of that network.",
  },
  {
    name: "init_weights",
    type: "select",
    default: "random",
    choices: [
      { value: "random", label: "random: as PEFT starts it" },
      { value: "zero", label: "zero: close to the base model" },
    ],
    level: "advanced",
    hint: "How the prefix starts. A random one disturbs the model until it has learned; a zero one starts gently.",
  },
] as const satisfies readonly Field[];
