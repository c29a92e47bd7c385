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
  },
  {
    name: "prefix_dropout",
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.9,
    level: "basic",
  },
  {
    name: "init_weights",
    type: "select",
    default: "random",
    choices: ["random", "zero"],
    level: "advanced",
  },
] as const satisfies readonly Field[];
