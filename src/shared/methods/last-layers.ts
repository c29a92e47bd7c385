import type { Field } from "../fields";

/** Options for training only the last layers. */
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
