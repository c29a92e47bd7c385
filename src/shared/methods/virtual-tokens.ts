import type { Field } from "../fields";

/** Number of virtual tokens before the text or in every layer, for all soft prompts. */
export const virtualTokensField = {
  name: "num_virtual_tokens",
  type: "integer",
  default: 16,
  min: 1,
  max: 1024,
  level: "basic",
} as const satisfies Field;
