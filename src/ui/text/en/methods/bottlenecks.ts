import type { MethodText } from "../../option-texts";

/* Bottleneck adapters and what builds on them. */

const reductionFactor = {
  hint: "The hidden size divided by this is the bottleneck's width. Smaller is wider: it learns more and costs more.",
};

const nonLinearity = {
  hint: "The function between the two layers. The default is the method's own; the others rarely matter.",
  choices: {
    relu: "relu",
    swish: "swish",
    gelu: "gelu",
    tanh: "tanh",
  },
};

const dropout = {
  hint: "Share of the bottleneck's output dropped while training, against learning by heart.",
};

const start = {
  hint: "How the layers start. Both start gently; mam_adapter begins exactly where the base model is.",
  choices: {
    bert: "bert: normal(0, 0.02), close to the base model",
    mam_adapter: "mam_adapter: exactly the base model",
  },
};

export const houlsby: MethodText<"houlsby"> = {
  title: "Houlsby adapters",
  summary:
    "Puts a small two-layer network after attention and one after the feed-forward layer of each block. Learns well from little data; every answer is a little slower.",
  options: {
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
  },
};

export const pfeiffer: MethodText<"pfeiffer"> = {
  title: "Pfeiffer adapters",
  summary:
    "One small network a block, after the feed-forward layer: half of Houlsby's cost for nearly the same result. For tools that read the adapters library's format.",
  options: {
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
  },
};

export const madXLanguage: MethodText<"mad-x-language"> = {
  title: "MAD-X language adapter",
  summary:
    "Pfeiffer's bottlenecks and an invertible network around the whole model, to learn a language from plain text. Choose it first, then train a task over it; alone it is not better than Pfeiffer.",
  options: {
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
    inv_adapter_reduction_factor: {
      hint: "Half the hidden size divided by this is the width within the invertible adapter. Larger is smaller and learns less of the language.",
    },
  },
};

export const madXTask: MethodText<"mad-x-task"> = {
  title: "MAD-X task adapter",
  summary:
    "Pfeiffer's bottlenecks for a task, stacked over a language adapter that stays as it is. Choose it to teach a task apart from the language it is spoken in; needs a trained language adapter.",
  options: {
    language_adapter: {
      hint: "The language adapter under the task's, which stays as it is. Train one first with the method MAD-X language adapter, or load one.",
    },
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
  },
};

export const fusion: MethodText<"fusion"> = {
  title: "AdapterFusion",
  summary:
    "Learns for each token which of several trained bottleneck adapters to listen to, and changes none of them. Choose it to use what separate tasks have learned; it trains more numbers than the adapters have and is the slowest of them.",
  options: {
    adapters: {
      hint: "Two or more trained bottleneck adapters of one kind, which stay as they are. Each one more makes every step and answer slower.",
    },
    regularization: {
      hint: "Pulls what is done to the adapters' sum towards nothing: 0.01 times the squared distance of each value matrix from identity. The loss that is shown is without it.",
    },
    dropout_prob: {
      hint: "Share of the scores dropped while training, so that no adapter is leant on alone.",
    },
  },
};
