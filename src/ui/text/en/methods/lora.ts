import type { MethodText } from "../../option-texts";
import { excludeModules, layersPattern, layersToTransform, rankPattern, targetModules } from "./targeting";

/* LoRA, and what mixes several of them. */

export const lora: MethodText<"lora"> = {
  title: "LoRA",
  summary:
    "Adds a small trained matrix beside each chosen layer. The safe first choice: strong results, a small file, and it runs everywhere. Its options make it DoRA, rsLoRA, LoRA+ or PiSSA; over a model loaded in NF4 it is QLoRA.",
  options: {
    r: {
      hint: "Rank of the update. Higher learns more and costs more; too high on little data learns it by heart.",
    },
    lora_alpha: {
      hint: "Strength of the update: it is scaled by lora_alpha / r. Twice r is usual; far more makes training unsteady.",
    },
    lora_dropout: {
      hint: "Share of inputs dropped while training, against learning by heart. 0 for short runs, 0.05 to 0.1 for long ones.",
    },
    target_modules: {
      ...targetModules,
      hint: `${targetModules.hint} Embeddings and the head (embed_tokens, lm_head) may be named too: for new words, and costly with a large vocabulary.`,
    },
    bias: {
      hint: "Whether biases train too. Trained biases change the base model even with the update switched off in other tools.",
      choices: {
        none: "none",
        lora_only: "lora_only: biases of the chosen layers",
        all: "all: every bias of the model",
      },
    },
    use_rslora: {
      hint: "Scales by lora_alpha / √r instead, which keeps high ranks learning. Lower lora_alpha when you turn it on.",
    },
    use_dora: {
      hint: "DoRA: also trains the length of every row of the weights. Often better at low ranks; each step takes longer.",
    },
    loraplus_lr_ratio: {
      hint: "LoRA+: how much faster lora_B learns than lora_A. 16 is usual, with half the learning rate; 1 is plain LoRA.",
    },
    init_lora_weights: {
      hint: "How both start; training always begins exactly at the base model. pissa and olora start at a part of each weight: often faster, but they compute it first, and their files are twice as large.",
      choices: {
        true: "true: Kaiming uniform",
        gaussian: "gaussian",
        pissa: "pissa: the weights' own main directions",
        olora: "olora: the weights' first orthonormal columns",
      },
    },
    lora_bias: {
      hint: "Gives lora_B a bias of its own. Only for layers that have a bias already.",
    },
    exclude_modules: excludeModules,
    rank_pattern: rankPattern,
    alpha_pattern: {
      hint: "Other lora_alpha for some layers, as regex=alpha pairs; the first that fits wins.",
      placeholder: "v_proj=32",
    },
    layers_to_transform: layersToTransform,
    layers_pattern: layersPattern,
    modules_to_save: {
      hint: "Modules that train as a whole beside the update: paths or their endings, separated by commas. Good for a norm; embed_tokens or lm_head costs as much memory and file as they are large, and a head tied to the embedding then goes its own way.",
      placeholder: "empty: none",
    },
  },
};

export const xlora: MethodText<"xlora"> = {
  title: "X-LoRA",
  summary:
    "Mixes several trained LoRA adapters, token by token, by gates made of what the base model sees; only the gates' small classifier trains. Choose it to use what several LoRAs have learned at once; every token passes the model twice.",
  options: {
    adapters: {
      hint: "Two or more trained LoRA adapters, which stay as they are; ranks and layers may differ. DoRA, trained biases and trained whole modules do not go with it.",
    },
    top_k_lora: {
      hint: "How many adapters count for a token, those with the largest gates. 0 takes all.",
    },
    layerwise_scalings: {
      hint: "A gate for each adapted layer instead of one for all. Finer, and it takes more data.",
    },
    xlora_depth: {
      hint: "Layers of the classifier that makes the gates. One is enough where the tasks are easy to tell apart.",
    },
    xlora_size: {
      hint: "Width between the classifier's layers, where it has more than one.",
    },
    xlora_dropout_p: {
      hint: "Share dropped between the classifier's layers while training, where it has more than one.",
    },
    enable_softmax: {
      hint: "Makes the gates of a token sum to one. Without it they are free, and may grow.",
    },
    softmax_temperature: {
      hint: "Below one the largest gate takes more; above one they become alike.",
    },
    enable_softmax_topk: {
      hint: "A softmax over the gates that top_k_lora keeps, so that they sum to one again. Instead of enable_softmax, or after it.",
    },
    scaling_pass_value: {
      hint: "Every gate in the first pass, whose hidden states the classifier reads. 0 is the base model alone.",
    },
    global_scaling_weight: {
      hint: "Factor of all adapters together.",
    },
  },
};
