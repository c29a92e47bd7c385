import { methodTitles } from "../../../../export/english/titles";
import type { MethodText } from "../../option-texts";
import { excludeModules, layersPattern, layersToTransform, rankPattern, targetModules } from "./targeting";

/* LoRA, and mixtures of LoRA adapters. */

export const lora: MethodText<"lora"> = {
  title: methodTitles.lora,
  summary:
    "Adds a small trained low-rank update to each targeted layer. The safe first choice: strong results, a small file, and supported everywhere. Its options turn it into DoRA, rsLoRA, LoRA+ or PiSSA; on a model loaded in NF4 it is QLoRA.",
  options: {
    r: {
      hint: "Rank of the update. Higher learns more and costs more; too high on little data overfits.",
    },
    lora_alpha: {
      hint: "Scales the update by lora_alpha / r. Twice r is usual; far more makes training unstable.",
    },
    lora_dropout: {
      hint: "Fraction of inputs dropped during training, against overfitting. 0 for short runs, 0.05 to 0.1 for long ones.",
    },
    target_modules: {
      ...targetModules,
      hint: `${targetModules.hint} You can also name the embeddings and the head (embed_tokens, lm_head): useful for new words, but costly with a large vocabulary.`,
    },
    bias: {
      hint: "Whether biases train too. Trained biases change the base model even when other tools disable the adapter.",
      choices: {
        none: "none",
        lora_only: "lora_only: biases of the targeted layers",
        all: "all: every bias of the model",
      },
    },
    use_rslora: {
      hint: "Scales by lora_alpha / √r instead, which keeps high ranks learning. Lower lora_alpha when you turn it on.",
    },
    use_dora: {
      hint: "DoRA: also trains the magnitude of each weight row. Often better at low ranks; each step takes longer.",
    },
    loraplus_lr_ratio: {
      hint: "LoRA+: how much faster lora_B learns than lora_A. 16 is usual, with half the learning rate; 1 is plain LoRA.",
    },
    init_lora_weights: {
      hint: "Initialisation of both matrices; training always starts exactly at the base model. pissa and olora start from a part of each weight: often faster to train, but it must be computed first, and the files are twice as large.",
      choices: {
        true: "true: Kaiming uniform",
        gaussian: "gaussian",
        pissa: "pissa: principal components of the weights",
        olora: "olora: leading orthonormal columns of the weights",
      },
    },
    lora_bias: {
      hint: "Gives lora_B a bias of its own. Only for layers that already have a bias.",
    },
    exclude_modules: excludeModules,
    rank_pattern: rankPattern,
    alpha_pattern: {
      hint: "Different lora_alpha for some layers, as regex=alpha pairs; the first match wins.",
      placeholder: "v_proj=32",
    },
    layers_to_transform: layersToTransform,
    layers_pattern: layersPattern,
    modules_to_save: {
      hint: "Modules trained in full in addition to the update: paths or suffixes of paths, separated by commas. Good for norms; embed_tokens or lm_head add their full size to memory and file, and a head tied to the embedding is then untied.",
      placeholder: "empty: none",
    },
  },
};

export const xlora: MethodText<"xlora"> = {
  title: methodTitles.xlora,
  summary:
    "Mixes several trained LoRA adapters per token, with gates computed from the base model's hidden states; only a small classifier trains. Choose it to combine what several LoRAs have learned; every token passes through the model twice.",
  options: {
    adapters: {
      hint: "Two or more trained LoRA adapters, which stay frozen; ranks and layers may differ. DoRA, trained biases and fully trained modules are not supported.",
    },
    top_k_lora: {
      hint: "How many adapters each token uses, chosen by the largest gates. 0 uses all.",
    },
    layerwise_scalings: {
      hint: "Separate gates for each adapted layer instead of shared ones. Finer, but needs more data.",
    },
    xlora_depth: {
      hint: "Layers of the classifier that computes the gates. One is enough if the tasks are easy to tell apart.",
    },
    xlora_size: {
      hint: "Hidden width of the classifier, if it has more than one layer.",
    },
    xlora_dropout_p: {
      hint: "Dropout between the classifier's layers during training, if it has more than one.",
    },
    enable_softmax: {
      hint: "Makes a token's gates sum to one. Without it they are unbounded.",
    },
    softmax_temperature: {
      hint: "Below 1 the largest gate gets more weight; above 1 they become more equal.",
    },
    enable_softmax_topk: {
      hint: "Applies a softmax over the gates that top_k_lora keeps, so that they sum to one again. Instead of enable_softmax, or after it.",
    },
    scaling_pass_value: {
      hint: "Value of all gates in the first pass, whose hidden states the classifier reads. 0 is the base model alone.",
    },
    global_scaling_weight: {
      hint: "Scales the sum of all adapters.",
    },
  },
};
