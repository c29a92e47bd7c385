import type { MethodText } from "../../option-texts";
import { excludeModules } from "./targeting";

/* Methods that train weights of the model itself. */

const sparseTargets = {
  hint: "Which layers' weights may change: names separated by commas, a regex, or all-linear, which empty means. Each weight takes a gradient and two moments in f32 while it trains, though few change: narrow it to save memory.",
  placeholder: "empty: all-linear",
};

export const bitfit: MethodText<"bitfit"> = {
  title: "BitFit",
  summary:
    "Trains only the biases that the model has. Tiny and gentle; choose it for a change of tone, where the family has biases (GPT-2, Qwen2).",
  options: {},
};

export const fishmask: MethodText<"fishmask"> = {
  title: "FishMask",
  summary:
    "Trains the few weights of the model that matter most for this data, found before the first step. Choose it for a sparse change that merges without a trace; while it trains it takes as much memory as all the weights it chooses from.",
  options: {
    keep_ratio: {
      hint: "Share of the chosen layers' weights that train. 0.005 is the paper's half a percent; more learns more and makes a larger file, 1 trains all of them.",
    },
    fish_samples: {
      hint: "Texts on which each weight is weighed before the first step; every one costs a pass of its own. Too few choose by chance; the paper takes 1024.",
    },
    target_modules: sparseTargets,
    exclude_modules: excludeModules,
  },
};

export const diffPruning: MethodText<"diff-pruning"> = {
  title: "DiffPruning",
  summary:
    "Trains a change of every weight with a gate on each, then takes back all but the largest and trains those on. Choose it over FishMask when the best weights are to be learned and not guessed; it takes twice the memory.",
  options: {
    target_sparsity: {
      hint: "Share of the chosen layers' weights that differ from the model's in the end. 0.005 is the paper's half a percent; more learns more and makes a larger file.",
    },
    prune_after: {
      hint: "Share of the steps after which all but the largest changes are taken back; the rest train on alone. Too early prunes what has not been learned, too late leaves no time to recover. A run stopped before is not sparse.",
    },
    sparsity_pen: {
      hint: "Weight of the penalty on every gate that is open, which shuts those of little use before the pruning. High values shut all of them; 0 leaves the choice to size alone. 1.25e-7 is the paper's, for thousands of steps; a short run wants more, such as 1e-5.",
    },
    gate_learning_rate_ratio: {
      hint: "How many times faster than the changes their gates learn: the paper's gates learn at 0.1. Too slow and no gate moves, too fast and they shut by chance.",
    },
    alpha_init: {
      hint: "Where the gates start: 5 is open for nearly all, 0 half open. Low values hold back what can be learned at first; from high ones, a short run ends before any gate is shut.",
    },
    concrete_lower: {
      hint: "What a gate's curve is stretched down to before it is cut at 0. Nearer to 0, few gates shut wholly.",
    },
    concrete_upper: {
      hint: "What a gate's curve is stretched up to before it is cut at 1. Nearer to 1, few gates open wholly.",
    },
    target_modules: sparseTargets,
    exclude_modules: excludeModules,
  },
};

export const lastLayers: MethodText<"last-layers"> = {
  title: "Last layers",
  summary:
    "Trains the model's last blocks themselves. Stronger than a small adapter and quick, because nothing before them has a backward pass; the result is a changed model.",
  options: {
    num_layers: {
      hint: "How many blocks train, counted from the last. More learn more, cost more memory, and forget more of what the model knew.",
    },
    train_final_norm: {
      hint: "Whether the norm before the output head trains, too. It is small and helps; off keeps the head's input as it was.",
    },
    train_head: {
      hint: "Whether the output head trains, too: one row for each token, which is much. Where the head is tied, the input embeddings train with it.",
    },
  },
};

export const full: MethodText<"full"> = {
  title: "Full fine-tuning",
  summary:
    "Trains every weight of the model. The most it can learn, for four times the model's memory in f32, and it forgets the most; for small models and much data.",
  options: {},
};
