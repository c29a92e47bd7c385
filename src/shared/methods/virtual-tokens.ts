import type { Field } from "../fields";

/** How many virtual tokens stand in front of the text, or of every layer; all soft prompts share it. */
export const virtualTokensField = {
  name: "num_virtual_tokens",
  type: "integer",
  default: 16,
  min: 1,
  max: 1024,
  level: "basic",
} as const satisfies Field;
