import { methodTitles } from "../../../../export/english/titles";
import type { MethodText } from "../../option-texts";
import { excludeModules, layersPattern, layersToTransform, rankPattern, targetModules } from "./targeting";

/* Other factorised updates, and (IA)³. */

const factorRank = {
  hint: "Rank of each factor. Higher learns more and costs more; too high on little data overfits.",
};

const factorAlpha = {
  hint: "Scales the update by alpha / r. Far more than r makes training unstable.",
};

const rankDropout = {
  hint: "Fraction of the update's outputs dropped at each step, against overfitting. 0 for short runs.",
};

const moduleDropout = {
  hint: "Probability of skipping a layer's update in a step. 0 for short runs; high values learn slowly.",
};

const alphaPattern = {
  hint: "Different alpha for some layers, as regex=alpha pairs; the first match wins.",
  placeholder: "v_proj=32",
};

const decomposeFactor = {
  hint: "How the layer's dimensions are factorised: -1 splits near their square roots; a number makes the left factor about that size. Far from the root costs more parameters.",
};

export const loha: MethodText<"loha"> = {
  title: methodTitles.loha,
  summary:
    "Multiplies two low-rank updates elementwise, which gives a higher rank for the same number of parameters. Try it where LoRA of the same size falls short; it takes more memory and time.",
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
  title: methodTitles.lokr,
  summary:
    "Builds each update as a Kronecker product of two small matrices. Very few parameters and a tiny file; better for styles and formats than for new knowledge.",
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
      hint: "Also decomposes the left factor to rank r if that is smaller. Only saves parameters on large factors.",
    },
    rank_dropout_scale: {
      hint: "Whether the outputs kept by rank_dropout are scaled up to compensate for the dropped ones.",
    },
    init_weights: {
      hint: "Which factor starts at zero, so that training starts exactly at the base model.",
      choices: {
        true: "true: the left factor starts at zero",
        lycoris: "lycoris: the right factor starts at zero",
      },
    },
  },
};

export const krona: MethodText<"krona"> = {
  title: methodTitles.krona,
  summary:
    "A Kronecker product of two full matrices: full rank with few parameters. Choose it over LoKr if you do not want to tune a rank; it is exported as LoKr.",
  options: {
    scale: {
      hint: "Scales the update, the product of both factors. High values make training unstable.",
    },
    target_modules: {
      hint: "Layers to update: names separated by commas, a regex matching the full path, or all-linear. Empty uses PEFT's defaults for LoRA.",
      placeholder: "empty: the family's defaults",
    },
    decompose_factor: decomposeFactor,
    exclude_modules: excludeModules,
  },
};

export const said: MethodText<"said"> = {
  title: methodTitles.said,
  summary:
    "Updates all targeted layers from one short vector through a fixed random projection. Choose it to see how few parameters a task needs, or for the smallest file; it is slow to train, and slow to answer until merged.",
  options: {
    intrinsic_dimension: {
      hint: "How many parameters train in total, regardless of model size. A few hundred can change the tone; a few thousand can learn a task; more converge more slowly.",
    },
    structure_aware: {
      hint: "Whether each matrix has its own scale (SAID), which uses one of those parameters. Off is the plain method (DID): all matrices are scaled equally.",
    },
    target_modules: {
      hint: "Layers to update: names separated by commas, a regex, or all-linear. Empty uses PEFT's defaults for LoRA. A layer's update is recomputed at each use, which temporarily takes two to four times the size of its weights in f32.",
      placeholder: "empty: the family's defaults",
    },
    projection_seed: {
      hint: "Seed of the random projection. Since the projection is derived from it, the file does not store it; no seed is better than another.",
    },
    exclude_modules: excludeModules,
  },
};

export const ia3: MethodText<"ia3"> = {
  title: methodTitles.ia3,
  summary:
    "Trains one scale per output of a few layers. The smallest adapter that changes weights; quick to learn a tone, too small for new facts.",
  options: {
    target_modules: {
      hint: "Layers to scale: names separated by commas, a regex matching the full path, or all-linear. Empty uses PEFT's defaults for the family.",
      placeholder: "empty: the family's defaults",
    },
    feedforward_modules: {
      hint: "Targeted layers whose input is scaled instead of their output. Empty uses those of PEFT's defaults for the family that are targeted; none scales only outputs.",
      placeholder: "empty: the family's defaults",
    },
    exclude_modules: excludeModules,
  },
};
