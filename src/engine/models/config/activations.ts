/** Names in transformers' `ACT2FN` for erf and tanh GELU. */
const gelus = {
  gelu: "gelu_none",
  gelu_python: "gelu_none",
  gelu_new: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  gelu_python_tanh: "gelu_tanh",
  gelu_fast: "gelu_tanh",
  gelu_accurate: "gelu_tanh",
} as const;

/** Activations of gated feed-forward layers, by name in transformers' `ACT2FN`. */
export const gatedActivations = { silu: "silu", swish: "silu", ...gelus } as const;

/** Activations of feed-forward layers without a gate. */
export const plainActivations = { relu: "relu", ...gelus } as const;

export type GatedName = keyof typeof gatedActivations;
export type PlainName = keyof typeof plainActivations;

export const gatedNames = Object.keys(gatedActivations) as readonly GatedName[];
export const plainNames = Object.keys(plainActivations) as readonly PlainName[];
