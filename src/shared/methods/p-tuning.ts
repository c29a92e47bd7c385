import type { Field } from "../fields";

/** P-tuning options, named as in PEFT (PromptEncoderConfig). */
export const pTuningFields = [
  {
    name: "num_virtual_tokens",
    type: "integer",
    default: 16,
    min: 1,
    max: 1024,
    level: "basic",
  },
  {
    name: "encoder_reparameterization_type",
    type: "select",
    default: "MLP",
    choices: ["MLP", "LSTM"],
    level: "basic",
  },
  {
    name: "encoder_hidden_size",
    type: "integer",
    default: 0,
    min: 0,
    max: 16384,
    level: "basic",
  },
  {
    name: "encoder_num_layers",
    type: "integer",
    default: 2,
    min: 1,
    max: 8,
    level: "advanced",
    when: { field: "encoder_reparameterization_type", equals: "LSTM" },
  },
  {
    name: "encoder_dropout",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
    when: { field: "encoder_reparameterization_type", equals: "LSTM" },
  },
] as const satisfies readonly Field[];
