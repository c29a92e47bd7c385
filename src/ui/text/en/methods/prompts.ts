import { methodTitles } from "../../../../export/english/titles";
import type { MethodText } from "../../option-texts";

/* Soft prompts. */

const layerTokens = {
  hint: "Virtual tokens in front of every layer. More can learn more, but take up context length.",
};

const prefixStart = {
  hint: "Initialisation of the prefix. Random disturbs the model until it has learned; zero starts gently.",
  choices: {
    random: "random: as PEFT starts it",
    zero: "zero: close to the base model",
  },
};

const promptWords = {
  hint: "Virtual tokens in front of every prompt. More can learn more, but take up context length.",
};

export const prefixTuning: MethodText<"prefix-tuning"> = {
  title: methodTitles["prefix-tuning"],
  summary:
    "Trains a few virtual tokens that every attention layer attends to. No weights change; good for a style or a task, weaker for new facts.",
  options: {
    num_virtual_tokens: layerTokens,
    prefix_projection: {
      hint: "Trains the prefix through a small network, which stabilises training but needs many parameters; only the resulting prefix is saved.",
    },
    encoder_hidden_size: {
      hint: "Width of that network.",
    },
    init_weights: prefixStart,
  },
};

export const promptTuning: MethodText<"prompt-tuning"> = {
  title: methodTitles["prompt-tuning"],
  summary:
    "Trains a few virtual tokens in front of the prompt. The smallest adapter there is; it steers what the model can already do.",
  options: {
    num_virtual_tokens: promptWords,
    prompt_tuning_init: {
      hint: "Initialisation of the virtual tokens. Starting from words of the vocabulary is closer to the model than random numbers.",
      choices: {
        RANDOM: "RANDOM",
        SAMPLE_VOCAB: "SAMPLE_VOCAB: random words",
        TEXT: "TEXT: your own words",
      },
    },
    prompt_tuning_init_text: {
      hint: "The text to start from, repeated to fill num_virtual_tokens; a longer text needs more virtual tokens.",
      placeholder: "Answer the question in a cheerful voice.",
    },
  },
};

export const pTuning: MethodText<"p-tuning"> = {
  title: methodTitles["p-tuning"],
  summary:
    "Trains virtual tokens in front of the prompt through a small network, which stabilises prompt tuning; only the tokens are exported. Choose it when prompt tuning learns too slowly.",
  options: {
    num_virtual_tokens: promptWords,
    encoder_reparameterization_type: {
      hint: "The network that generates the virtual tokens. MLP is faster; LSTM lets each token depend on its neighbours, but trains more slowly.",
      choices: {
        MLP: "MLP: three layers, token by token",
        LSTM: "LSTM: reads the tokens in order",
      },
    },
    encoder_hidden_size: {
      hint: "Width of that network; 0 uses the model's hidden size. Wider stabilises training and costs memory, but the exported file stays the same size.",
    },
    encoder_num_layers: {
      hint: "Layers of the LSTM. More than two rarely help.",
    },
    encoder_dropout: {
      hint: "Dropout between the LSTM's layers during training, against overfitting.",
    },
  },
};

export const pTuningV2: MethodText<"p-tuning-v2"> = {
  title: methodTitles["p-tuning-v2"],
  summary:
    "Trains deep prompts: virtual tokens in every attention layer, with dropout. Choose it over prefix tuning when data is scarce; PEFT loads it as prefix tuning.",
  options: {
    num_virtual_tokens: layerTokens,
    prefix_dropout: {
      hint: "Fraction of the prefix dropped per sequence during training, against overfitting. 0 makes it plain prefix tuning.",
    },
    init_weights: prefixStart,
  },
};
