import type { MethodText } from "../../option-texts";
import { excludeModules, layersPattern, layersToTransform, rankPattern, targetModules } from "./targeting";

/* The other small updates of matrices, and (IA)³. */

const factorRank = {
  hint: "Rank of each factor. Higher learns more and costs more; too high on little data learns it by heart.",
};

const factorAlpha = {
  hint: "Strength of the update: it is scaled by alpha / r. Far more than r makes training unsteady.",
};

const rankDropout = {
  hint: "Share of the update's outputs that is dropped at each step, against learning by heart. 0 for short runs.",
};

const moduleDropout = {
  hint: "Chance that a layer goes without its update for a step. 0 for short runs; high values learn slowly.",
};

const alphaPattern = {
  hint: "Other alpha for some layers, as regex=alpha pairs; the first that fits wins.",
  placeholder: "v_proj=32",
};

const decomposeFactor = {
  hint: "How the layer's sizes are cut in two: -1 near their square roots; a number makes the left factor about that size. Far from the root costs more parameters.",
};

export const loha: MethodText<"loha"> = {
  title: "LoHa",
  summary:
    "Multiplies two low-rank updates number by number, which reaches a higher rank with as many parameters. Try it where LoRA at the same size falls short; it takes more memory and time.",
  options: {
    r: factorRank,
    alpha: factorAlpha,
    target_modules: targetModules,
    rank_dropout: rankDropout,
    module_dropout: moduleDropout,
    exclude_modules: excludeModules,
    rank_pattern: rankPattern,
    alpha_pattern: alphaPattern,
    layers_to_transform: layersToTransform,
    layers_pattern: layersPattern,
  },
};

export const lokr: MethodText<"lokr"> = {
  title: "LoKr",
  summary:
    "Builds each update as a Kronecker product of two small matrices. Very few parameters and a tiny file; for styles and formats more than for new knowledge.",
  options: {
    r: factorRank,
    alpha: factorAlpha,
    target_modules: targetModules,
    rank_dropout: rankDropout,
    module_dropout: moduleDropout,
    exclude_modules: excludeModules,
    rank_pattern: rankPattern,
    alpha_pattern: alphaPattern,
    layers_to_transform: layersToTransform,
    layers_pattern: layersPattern,
    decompose_factor: decomposeFactor,
    decompose_both: {
      hint: "Gives the left factor rank r too, where that is smaller. Saves parameters on large factors only.",
    },
    rank_dropout_scale: {
      hint: "Whether what rank_dropout keeps is scaled up to make good for what it drops.",
    },
    init_weights: {
      hint: "Which factor starts at zero, so that training begins exactly at the base model.",
      choices: {
        true: "true: the left factor starts at zero",
        lycoris: "lycoris: the right factor starts at zero",
      },
    },
  },
};

export const krona: MethodText<"krona"> = {
  title: "KronA",
  summary:
    "A Kronecker product of two whole matrices, of full rank with few parameters. Choose it over LoKr when there is no rank to tune; it is exported as a LoKr.",
  options: {
    scale: {
      hint: "Strength of the update: what the product of both factors is multiplied with. High values make training unsteady.",
    },
    target_modules: {
      hint: "Which layers get an update: names separated by commas, a regex over the whole path, or all-linear. Empty takes PEFT's defaults for LoRA.",
      placeholder: "empty: the family's defaults",
    },
    decompose_factor: decomposeFactor,
    exclude_modules: excludeModules,
  },
};

export const said: MethodText<"said"> = {
  title: "Intrinsic SAID",
  summary:
    "Moves all chosen layers by one short vector through fixed random directions. Choose it to see how few numbers a task needs, or for the smallest file; it is slow to train, and slow to answer until it is merged.",
  options: {
    intrinsic_dimension: {
      hint: "How many numbers train in all, however large the model is. A few hundred steer a tone; some thousands learn a task; more are slower to settle.",
    },
    structure_aware: {
      hint: "Whether each matrix has a strength of its own (SAID), which one of those numbers is spent on. Off is the plain method (DID): all matrices move equally.",
    },
    target_modules: {
      hint: "Which layers move: names separated by commas, a regex, or all-linear. Empty takes PEFT's defaults for LoRA. A layer's update is made anew at each use, which takes two to four times its weights in f32, for one layer at a time.",
      placeholder: "empty: the family's defaults",
    },
    projection_seed: {
      hint: "Chooses the random directions in which the model may move. They are made from it alone, so that a file need not hold them; no seed is better than another.",
    },
    exclude_modules: excludeModules,
  },
};

export const ia3: MethodText<"ia3"> = {
  title: "(IA)³",
  summary:
    "Trains one factor for each output of a few layers. The smallest adapter that changes weights; quick to learn a tone, too small for new facts.",
  options: {
    target_modules: {
      hint: "Which layers are scaled: names separated by commas, a regex over the whole path, or all-linear. Empty takes PEFT's defaults for the family.",
      placeholder: "empty: the family's defaults",
    },
    feedforward_modules: {
      hint: "Those of them whose input is scaled instead of their output. Empty takes PEFT's defaults for the family, as far as they are targets; none scales outputs only.",
      placeholder: "empty: the family's defaults",
    },
    exclude_modules: excludeModules,
  },
};
