import type { MethodText } from "../../option-texts";

/* Prompts that are learned. */

const layerTokens = {
  hint: "Virtual tokens in front of every layer. More carry more, and take their length from the context.",
};

const prefixStart = {
  hint: "How the prefix starts. A random one disturbs the model until it has learned; a zero one starts gently.",
  choices: {
    random: "random: as PEFT starts it",
    zero: "zero: close to the base model",
  },
};

const promptWords = {
  hint: "Virtual words in front of every prompt. More carry more, and take their length from the context.",
};

export const prefixTuning: MethodText<"prefix-tuning"> = {
  title: "Prefix tuning",
  summary:
    "Trains a few virtual tokens that every attention layer sees. No weight changes; good for a style or a task, weaker for new facts.",
  options: {
    num_virtual_tokens: layerTokens,
    prefix_projection: {
      hint: "Trains the prefix through a small network, which steadies training and costs many parameters; only the result is saved.",
    },
    encoder_hidden_size: {
      hint: "Width of that network.",
    },
    init_weights: prefixStart,
  },
};

export const promptTuning: MethodText<"prompt-tuning"> = {
  title: "Prompt tuning",
  summary:
    "Trains a few virtual words in front of the prompt. The smallest adapter there is; it steers what the model can already do.",
  options: {
    num_virtual_tokens: promptWords,
    prompt_tuning_init: {
      hint: "What the virtual words start as. Words of the model's own vocabulary start it closer than random numbers.",
      choices: {
        RANDOM: "RANDOM",
        SAMPLE_VOCAB: "SAMPLE_VOCAB: random words",
        TEXT: "TEXT: your own words",
      },
    },
    prompt_tuning_init_text: {
      hint: "The words to start from, repeated to num_virtual_tokens; a longer text needs more virtual tokens.",
      placeholder: "Answer the question in a cheerful voice.",
    },
  },
};

export const pTuning: MethodText<"p-tuning"> = {
  title: "P-tuning",
  summary:
    "Trains virtual words in front of the prompt through a small network, which steadies prompt tuning; only the words are exported. Choose it when prompt tuning learns too slowly.",
  options: {
    num_virtual_tokens: promptWords,
    encoder_reparameterization_type: {
      hint: "The network that makes the virtual words. MLP is quicker; LSTM lets each word depend on its neighbours, and trains slower.",
      choices: {
        MLP: "MLP: three layers, word by word",
        LSTM: "LSTM: reads the words in order",
      },
    },
    encoder_hidden_size: {
      hint: "Width of that network; 0 takes the model's hidden size. Wider steadies training and costs memory, but the exported file stays the same size.",
    },
    encoder_num_layers: {
      hint: "Layers of the LSTM. More than two rarely help.",
    },
    encoder_dropout: {
      hint: "Share of numbers dropped between the LSTM's layers while training, against learning by heart.",
    },
  },
};

export const pTuningV2: MethodText<"p-tuning-v2"> = {
  title: "P-tuning v2",
  summary:
    "Trains deep prompts: virtual tokens in every attention layer, with dropout on them. Choose it over prefix tuning when data is scarce; PEFT loads it as prefix tuning.",
  options: {
    num_virtual_tokens: layerTokens,
    prefix_dropout: {
      hint: "Share of the prefix's numbers dropped in each sequence while training, against learning by heart. 0 makes it plain prefix tuning.",
    },
    init_weights: prefixStart,
  },
};
