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
    hint: "How many blocks train, counted from the last. More learn more, cost more memory, and forget more of what the model knew.",
  },
  {
    name: "train_final_norm",
    type: "boolean",
    default: true,
    level: "basic",
    hint: "Whether the norm before the output head trains, too. It is small and helps; off keeps the head's input as it was.",
  },
  {
    name: "train_head",
    type: "boolean",
    default: false,
    level: "basic",
    hint: "Whether the output head trains, too: one row for each token, which is much. Where the head is tied, the input embeddings train with it.",
  },
] as const satisfies readonly Field[];
