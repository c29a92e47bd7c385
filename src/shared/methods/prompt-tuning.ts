import type { Field } from "../fields";

/** Prompt tuning's options under PEFT's names (PromptTuningConfig). */
export const promptTuningFields = [
  {
    name: "num_virtual_tokens",
    type: "integer",
    default: 16,
    min: 1,
    max: 1024,
    level: "basic",
    hint: "Virtual words in front of every prompt. More carry more, and take their length from the context.",
  },
  {
    name: "prompt_tuning_init",
    type: "select",
    default: "SAMPLE_VOCAB",
    choices: [
      { value: "RANDOM", label: "RANDOM" },
      { value: "SAMPLE_VOCAB", label: "SAMPLE_VOCAB: random words" },
      { value: "TEXT", label: "TEXT: your own words" },
    ],
    level: "basic",
    hint: "What the virtual words start as. Words of the model's own vocabulary start it closer than random numbers.",
  },
  {
    name: "prompt_tuning_init_text",
    type: "text",
    default: "",
    placeholder: "Answer the question in a cheerful voice.",
    level: "basic",
    when: { field: "prompt_tuning_init", equals: "TEXT" },
    hint: "The words to start from, repeated to num_virtual_tokens; a longer text needs more virtual tokens.",
  },
] as const satisfies readonly Field[];
