import type { Field } from "../fields";

/** P-tuning's options under PEFT's names (PromptEncoderConfig). */
export const pTuningFields = [
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
    name: "encoder_reparameterization_type",
    type: "select",
    default: "MLP",
    choices: [
      { value: "MLP", label: "MLP: three layers, word by word" },
      { value: "LSTM", label: "LSTM: reads the words in order" },
    ],
    level: "basic",
    hint: "The network that makes the virtual words. MLP is quicker; LSTM lets each word depend on its neighbours, and trains slower.",
  },
  {
    name: "encoder_hidden_size",
    type: "integer",
    default: 0,
    min: 0,
    max: 16384,
    level: "basic",
    hint: "Width of that network; 0 takes the model's hidden size. Wider steadies training and costs memory, but the exported file stays the same size.",
  },
  {
    name: "encoder_num_layers",
    type: "integer",
    default: 2,
    min: 1,
    max: 8,
    level: "advanced",
    when: { field: "encoder_reparameterization_type", equals: "LSTM" },
    hint: "Layers of the LSTM. More than two rarely help.",
  },
  {
    name: "encoder_dropout",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
    when: { field: "encoder_reparameterization_type", equals: "LSTM" },
    hint: "Share of numbers dropped between the LSTM's layers while training, against learning by heart.",
  },
] as const satisfies readonly Field[];
