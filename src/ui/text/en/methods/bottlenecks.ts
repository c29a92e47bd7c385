import { methodTitles } from "../../../../export/english/titles";
import type { MethodText } from "../../option-texts";

/* Bottleneck adapters and the methods built on them. */

const reductionFactor = {
  hint: "The bottleneck's width is the hidden size divided by this. Smaller values give a wider bottleneck, which learns more and costs more.",
};

const nonLinearity = {
  hint: "The activation between the two layers. The default is the method's own; the choice rarely matters.",
  choices: {
    relu: "relu",
    swish: "swish",
    gelu: "gelu",
    tanh: "tanh",
  },
};

const dropout = {
  hint: "Fraction of the bottleneck's output dropped during training, against overfitting.",
};

const start = {
  hint: "Initialisation of the layers. Both start gently; mam_adapter starts exactly at the base model.",
  choices: {
    bert: "bert: normal(0, 0.02), close to the base model",
    mam_adapter: "mam_adapter: exactly the base model",
  },
};

export const houlsby: MethodText<"houlsby"> = {
  title: methodTitles.houlsby,
  summary:
    "Puts a small two-layer network after attention and one after the feed-forward layer of each block. Learns well from little data; makes every answer a little slower.",
  options: {
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
  },
};

export const pfeiffer: MethodText<"pfeiffer"> = {
  title: methodTitles.pfeiffer,
  summary:
    "One small network per block, after the feed-forward layer: half of Houlsby's cost for nearly the same result. For tools that read the adapters library's format.",
  options: {
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
  },
};

export const madXLanguage: MethodText<"mad-x-language"> = {
  title: methodTitles["mad-x-language"],
  summary:
    "Pfeiffer's bottlenecks and an invertible network around the whole model, to learn a language from plain text. Train it first, then a task adapter on top; on its own it is no better than Pfeiffer.",
  options: {
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
    inv_adapter_reduction_factor: {
      hint: "The invertible adapter's width is half the hidden size divided by this. Larger values give a smaller adapter that learns less of the language.",
    },
  },
};

export const madXTask: MethodText<"mad-x-task"> = {
  title: methodTitles["mad-x-task"],
  summary:
    "Pfeiffer bottlenecks for a task, stacked on a frozen language adapter. Choose it to learn a task independently of its language; needs a trained language adapter.",
  options: {
    language_adapter: {
      hint: "The frozen language adapter below the task adapter. Train one first with the method MAD-X language adapter, or load one.",
    },
    reduction_factor: reductionFactor,
    non_linearity: nonLinearity,
    dropout,
    init_weights: start,
  },
};

export const fusion: MethodText<"fusion"> = {
  title: methodTitles.fusion,
  summary:
    "Learns for each token how much to use each of several trained bottleneck adapters, which stay frozen. Choose it to combine separately learned tasks; it trains more parameters than the adapters themselves and is the slowest method.",
  options: {
    adapters: {
      hint: "Two or more trained bottleneck adapters of the same kind, which stay frozen. Each additional one makes training and answers slower.",
    },
    regularization: {
      hint: "Keeps the value matrices close to identity: 0.01 times their squared distance from it. The displayed loss excludes this term.",
    },
    dropout_prob: {
      hint: "Fraction of the attention scores dropped during training, so that no single adapter dominates.",
    },
  },
};
