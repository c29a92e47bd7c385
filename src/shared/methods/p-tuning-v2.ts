import type { Field } from "../fields";

/** P-tuning v2's options: PEFT's names (PrefixTuningConfig), and the dropout that PEFT does not have. */
export const pTuningV2Fields = [
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
    name: "prefix_dropout",
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.9,
    level: "basic",
    hint: "Share of the prefix's numbers dropped in each sequence while training, against learning by heart. 0 makes it plain prefix tuning.",
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
