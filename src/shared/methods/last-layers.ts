import type { Field } from "../fields";

/** The options of training the last layers alone. */
export const lastLayersFields = [
  {
    name: "num_layers",
    type: "integer",
    default: 2,
    min: 0,
    max: 1024,
    level: "basic",
  },
  {
    name: "train_final_norm",
    type: "boolean",
    default: true,
    level: "basic",
  },
  {
    name: "train_head",
    type: "boolean",
    default: false,
    level: "basic",
  },
] as const satisfies readonly Field[];
