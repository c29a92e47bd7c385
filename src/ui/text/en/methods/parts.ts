import { methodTitles } from "../../../../export/english/titles";
import type { MethodText } from "../../option-texts";
import { excludeModules } from "./targeting";

/* Methods that train the model's own weights. */

const sparseTargets = {
  hint: "Layers whose weights may change: names separated by commas, a regex, or all-linear (the default). Every candidate weight needs a gradient and two moments in f32 even though few change, so narrow this to save memory.",
  placeholder: "empty: all-linear",
};

export const bitfit: MethodText<"bitfit"> = {
  title: methodTitles.bitfit,
  summary:
    "Trains only the model's existing biases. Tiny and gentle; choose it for a change of tone if the family has biases (GPT-2, Qwen2).",
  options: {},
};

export const fishmask: MethodText<"fishmask"> = {
  title: methodTitles.fishmask,
  summary:
    "Trains the few weights that matter most for this data, selected before the first step by Fisher information. Choose it for a sparse change that merges without overhead; training takes as much memory as for all candidate weights.",
  options: {
    keep_ratio: {
      hint: "Fraction of the targeted layers' weights to train. The paper uses 0.005; more learns more and makes a larger file, 1 trains all of them.",
    },
    fish_samples: {
      hint: "Texts used to estimate each weight's importance before the first step; each costs one pass. With too few the selection is noisy; the paper uses 1024.",
    },
    target_modules: sparseTargets,
    exclude_modules: excludeModules,
  },
};

export const diffPruning: MethodText<"diff-pruning"> = {
  title: methodTitles["diff-pruning"],
  summary:
    "Trains a gated change of every weight, then prunes all but the largest changes and keeps training those. Choose it over FishMask to learn which weights matter instead of estimating it; it takes twice the memory.",
  options: {
    target_sparsity: {
      hint: "Fraction of the targeted layers' weights that finally differ from the model's. The paper uses 0.005; more learns more and makes a larger file.",
    },
    prune_after: {
      hint: "Fraction of the steps after which all but the largest changes are pruned; the rest keep training. Too early prunes what has not been learned yet, too late leaves no time to recover. A run stopped earlier is not sparse.",
    },
    sparsity_pen: {
      hint: "Weight of the penalty on open gates, which closes the least useful ones before pruning. High values close all of them; with 0 only the size of a change counts. The paper uses 1.25e-7 for thousands of steps; short runs need more, such as 1e-5.",
    },
    gate_learning_rate_ratio: {
      hint: "The gates' learning rate as a multiple of the changes'; the paper's gates learn at 0.1. Too slow and no gate moves, too fast and they close at random.",
    },
    alpha_init: {
      hint: "Initial value of the gates: with 5 nearly all are open, with 0 half open. Low values slow learning at first; with high ones, a short run ends before any gate closes.",
    },
    concrete_lower: {
      hint: "Lower limit of a gate's distribution before it is clipped at 0. Closer to 0, fewer gates close completely.",
    },
    concrete_upper: {
      hint: "Upper limit of a gate's distribution before it is clipped at 1. Closer to 1, fewer gates open completely.",
    },
    target_modules: sparseTargets,
    exclude_modules: excludeModules,
  },
};

export const lastLayers: MethodText<"last-layers"> = {
  title: methodTitles["last-layers"],
  summary:
    "Trains the weights of the model's last blocks. Stronger than a small adapter, and fast because earlier blocks need no backward pass; the result is a modified model.",
  options: {
    num_layers: {
      hint: "How many blocks to train, counted from the last. More learn more, need more memory, and forget more of what the model knew.",
    },
    train_final_norm: {
      hint: "Also trains the norm before the output head. It is small and helps; off leaves the head's input unchanged.",
    },
    train_head: {
      hint: "Also trains the output head: one row per token of the vocabulary, which is large. If the head is tied, the input embeddings train with it.",
    },
  },
};

export const full: MethodText<"full"> = {
  title: methodTitles.full,
  summary:
    "Trains every weight of the model. Learns the most and forgets the most, at four times the model's size in f32; for small models and a lot of data.",
  options: {},
};
