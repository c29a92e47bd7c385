import type { Field } from "../fields";

/** Prompt tuning options, named as in PEFT (PromptTuningConfig). */
export const promptTuningFields = [
  {
    name: "num_virtual_tokens",
    type: "integer",
    default: 16,
    min: 1,
    max: 1024,
    level: "basic",
  },
  {
    name: "prompt_tuning_init",
    type: "select",
    default: "SAMPLE_VOCAB",
    choices: ["RANDOM", "SAMPLE_VOCAB", "TEXT"],
    level: "basic",
  },
  {
    name: "prompt_tuning_init_text",
    type: "text",
    default: "",
    level: "basic",
    when: { field: "prompt_tuning_init", equals: "TEXT" },
  },
] as const satisfies readonly Field[];
