import type { MethodProblems } from "../../../../lib/problems/method-problems";
import type { ProblemTexts } from "./words";

const OTHER_ADAPTERS = "Choose other adapters.";

const modulesCalled = (modules: readonly string[]): string =>
  `This model's layers are called ${modules.join(", ")}.`;

export const methodProblems: ProblemTexts<MethodProblems> = {
  "config/whole-numbers": ({ option, text }) => ({
    what: `${option} is "${text}".`,
    advice: "Write whole numbers from 0, separated by commas.",
  }),
  "config/pattern": ({ option, pair }) => ({
    what: `"${pair}" in ${option} is not a pattern=value pair.`,
    advice: "Write pairs such as v_proj=16, separated by commas.",
  }),
  "config/target-regex": ({ text }) => ({
    what: `"${text}" is not a valid regular expression.`,
    advice: "Write module names separated by commas, a regex, or all-linear.",
  }),
  "config/layers-beside-regex": () => ({
    what: "layers_to_transform needs a list of names in target_modules.",
    advice: "List the module names, or put the layers into the regex.",
  }),
  "config/layers-pattern-alone": () => ({
    what: "layers_pattern needs layers_to_transform, which is empty.",
    advice: "Fill in layers_to_transform, or leave layers_pattern empty.",
  }),
  "config/all-excluded": ({ modules }) => ({
    what: "exclude_modules excludes every layer that target_modules matches.",
    advice: modulesCalled(modules),
  }),
  "config/no-target": ({ targets, layers, modules }) => {
    const named = typeof targets === "string" ? targets : targets.join(", ");
    return {
      what: `No layer of this model matches ${named}${layers ? ` in layers ${layers.join(", ")}` : ""}.`,
      advice: modulesCalled(modules),
    };
  },
  "config/module-names": ({ text }) => ({
    what: `modules_to_save is "${text}".`,
    advice: "Write paths of modules, or suffixes of paths, separated by commas.",
  }),
  "config/no-module": ({ name, modules }) => ({
    what: `No module of this model ends with ${name}.`,
    advice: `This model's modules are called ${modules.join(", ")}.`,
  }),
  "config/saved-and-targeted": ({ module }) => ({
    what: `${module} would be trained in full and have an update as well.`,
    advice: "Write its full path into modules_to_save, or remove it from target_modules.",
  }),
  "config/start-rank": ({ init, module, rank, maxRank }) => ({
    what: `${init} finds at most ${maxRank} directions in ${module}, not ${rank}.`,
    advice: "Lower r, or choose another init_lora_weights.",
  }),
  "config/start-beside": ({ init, option }) => ({
    what: `${init} cannot be combined with ${option}: it is saved as the change from its initialisation, which cannot represent that.`,
    advice: `Choose another init_lora_weights, or turn ${option} off.`,
  }),
  "config/olora-conv1d": ({ module }) => ({
    what: `olora cannot be used for ${module}, whose weight is stored transposed.`,
    advice: "Choose pissa, or another init_lora_weights.",
  }),
  "config/lora-bias-beside-dora": () => ({
    what: "lora_bias cannot be combined with use_dora.",
    advice: "Turn one of them off.",
  }),
  "config/lora-bias-start": () => ({
    what: "lora_bias needs init_lora_weights to be true.",
    advice: "Choose init_lora_weights true.",
  }),
  "config/lora-bias-without-bias": ({ module }) => ({
    what: `${module} has no bias for lora_bias to change.`,
    advice: "Turn lora_bias off, or choose layers that have a bias.",
  }),
  "config/blocks-only": ({ option, module }) => ({
    what: `${option} is for the linear layers of the blocks, not for ${module}.`,
    advice: `Choose another setting, or leave ${module} out of target_modules.`,
  }),
  "config/adapter-count": ({ option, min, max, chosen }) => {
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    return {
      what: `${option} takes ${wanted} trained adapters, not ${chosen}.`,
      advice: chosen > max ? "Choose fewer." : "Choose more, or train or load them first.",
    };
  },
  "config/not-language-adapter": ({ name }) => ({
    what: `“${name}” is not a MAD-X language adapter.`,
    advice: "Train one first with the method MAD-X language adapter, or load one.",
  }),
  "config/not-bottleneck": ({ name }) => ({
    what: `“${name}” is not a Houlsby or Pfeiffer adapter.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/adapter-width": ({ name, width, modelWidth }) => ({
    what: `“${name}” is for a model of width ${width}, not ${modelWidth}.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/adapter-places": ({ first, second }) => ({
    what: `“${first}” and “${second}” are inserted at different positions of a block.`,
    advice: "Choose only Houlsby adapters, or only Pfeiffer adapters.",
  }),
  "config/not-lora": ({ name }) => ({ what: `“${name}” is not a LoRA adapter.`, advice: OTHER_ADAPTERS }),
  "config/expert-uses-dora": ({ name }) => ({
    what: `“${name}” uses DoRA, which X-LoRA does not support.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/expert-trains-more": ({ name, parameter }) => ({
    what: `“${name}” also trains ${parameter}, but X-LoRA only supports LoRA matrices of layers inside the blocks.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/xlora-encoder": () => ({
    what: "X-LoRA reads the hidden states of a decoder, but this model also has an encoder; PEFT does not support X-LoRA for such models either.",
    advice: "Choose LoRA or AdapterFusion, which train any model.",
  }),
  "config/top-k": ({ topK, adapters }) => ({
    what: `top_k_lora is ${topK}, but only ${adapters} adapters are chosen.`,
    advice: "Choose at most that many, or 0 for all.",
  }),
  "config/top-k-unset": () => ({
    what: "enable_softmax_topk needs top_k_lora.",
    advice: "Set top_k_lora, or turn enable_softmax_topk off.",
  }),
  "config/pass-value-beside-top-k": () => ({
    what: "In the first pass all gates are equal, so top_k_lora cannot choose among them.",
    advice: "Leave scaling_pass_value or top_k_lora at 0.",
  }),
  "config/layer-count": ({ layers, modelLayers }) => ({
    what: `num_layers is ${layers}, but this model has ${modelLayers} layers.`,
    advice: `Choose at most ${modelLayers}.`,
  }),
  "config/nothing-trains": () => ({
    what: "Nothing would train.",
    advice: "Choose at least one layer, the norm or the head.",
  }),
  "config/no-biases": ({ family }) => ({
    what: `BitFit trains biases, and this model of the ${family} family has none.`,
    advice: "Choose (IA)³ or LoRA, which train as little on any model.",
  }),
  "config/feedforward-no-target": ({ module }) => ({
    what: `feedforward_modules names ${module}, which target_modules does not match.`,
    advice: "Name only layers that are also targeted.",
  }),
  "config/no-prompt-text": () => ({
    what: "prompt_tuning_init is TEXT, but there is no text.",
    advice: "Write the text to start from, or choose another prompt_tuning_init.",
  }),
  "config/prompt-text-length": ({ tokens, virtualTokens }) => ({
    what: `The text is ${tokens} tokens long, but there are only ${virtualTokens} virtual tokens.`,
    advice: `Shorten it, or set num_virtual_tokens to ${tokens}.`,
  }),
  "config/prompt-text-tokens": () => ({
    what: "This model's tokenizer produces no tokens for the text.",
    advice: "Write some words.",
  }),
  "config/embedding-width": () => ({
    what: "This model's embeddings and blocks differ in width, so the invertible adapter could not be inverted before the head.",
    advice: "Choose Pfeiffer, or another model.",
  }),
  "config/invertible-width": ({ numbers, factor }) => ({
    what: `${numbers} divided by ${factor} leaves the invertible adapter no width.`,
    advice: `Choose at most ${numbers}.`,
  }),
  "config/norm-after-sum": () => ({
    what: "This model uses post-norm blocks, which this method does not support.",
    advice: "Choose Houlsby.",
  }),
  "config/intrinsic-dimension": ({ dimension, layers }) => ({
    what: `intrinsic_dimension is ${dimension}, but each of the ${layers} layers uses one of them as its scale.`,
    advice: `Choose at least ${layers + 1}, or turn off structure_aware.`,
  }),
};
