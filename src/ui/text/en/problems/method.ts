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
    what: `"${pair}" in ${option} is no pattern and value.`,
    advice: "Write pairs such as v_proj=16, separated by commas.",
  }),
  "config/target-regex": ({ text }) => ({
    what: `"${text}" is no valid regular expression.`,
    advice: "Write module names separated by commas, a regex, or all-linear.",
  }),
  "config/layers-beside-regex": () => ({
    what: "layers_to_transform goes only with a list of names in target_modules.",
    advice: "List the module names, or write the layers into the regex.",
  }),
  "config/layers-pattern-alone": () => ({
    what: "layers_pattern says what the numbers in layers_to_transform count, and there are none.",
    advice: "Fill in layers_to_transform, or leave layers_pattern empty.",
  }),
  "config/all-excluded": ({ modules }) => ({
    what: "exclude_modules leaves out every layer that target_modules chooses.",
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
    advice: "Write the paths of modules, or how they end, separated by commas.",
  }),
  "config/no-module": ({ name, modules }) => ({
    what: `No module of this model ends with ${name}.`,
    advice: `This model's modules are called ${modules.join(", ")}.`,
  }),
  "config/saved-and-targeted": ({ module }) => ({
    what: `${module} would train as a whole and have an update beside it.`,
    advice: "Write its whole path into modules_to_save, or leave it out of target_modules.",
  }),
  "config/start-rank": ({ init, module, rank, maxRank }) => ({
    what: `${init} finds at most ${maxRank} directions in ${module}, not ${rank}.`,
    advice: "Lower r, or choose another start.",
  }),
  "config/start-beside": ({ init, option }) => ({
    what: `${init} does not go with ${option}: it is saved as the change from its start, which has no place for that.`,
    advice: `Choose another start, or turn ${option} off.`,
  }),
  "config/olora-conv1d": ({ module }) => ({
    what: `olora does not go with ${module}, whose weight is stored transposed.`,
    advice: "Choose pissa, or another start.",
  }),
  "config/lora-bias-beside-dora": () => ({
    what: "lora_bias does not go with use_dora.",
    advice: "Turn one of them off.",
  }),
  "config/lora-bias-start": () => ({
    what: "lora_bias goes only with the start that init_lora_weights calls true.",
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
    what: `“${name}” is no MAD-X language adapter.`,
    advice: "Train one first with the method MAD-X language adapter, or load one.",
  }),
  "config/not-bottleneck": ({ name }) => ({
    what: `“${name}” is no Houlsby or Pfeiffer adapter.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/adapter-width": ({ name, width, modelWidth }) => ({
    what: `“${name}” is of a model ${width} wide, not ${modelWidth}.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/adapter-places": ({ first, second }) => ({
    what: `“${first}” and “${second}” stand at different places of a block.`,
    advice: "Choose only Houlsby adapters, or only Pfeiffer adapters.",
  }),
  "config/not-lora": ({ name }) => ({ what: `“${name}” is no LoRA adapter.`, advice: OTHER_ADAPTERS }),
  "config/expert-uses-dora": ({ name }) => ({
    what: `“${name}” uses DoRA, which X-LoRA does not take.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/expert-trains-more": ({ name, parameter }) => ({
    what: `“${name}” trains ${parameter} too, and X-LoRA takes nothing but LoRA's matrices of the blocks' layers.`,
    advice: OTHER_ADAPTERS,
  }),
  "config/xlora-encoder": () => ({
    what: "X-LoRA reads the hidden states of a decoder alone, and this model has an encoder too; PEFT has none for such models.",
    advice: "Choose LoRA or AdapterFusion, which train any model.",
  }),
  "config/top-k": ({ topK, adapters }) => ({
    what: `top_k_lora is ${topK}, and ${adapters} adapters are chosen.`,
    advice: "Choose as many at most, or 0 for all.",
  }),
  "config/top-k-unset": () => ({
    what: "enable_softmax_topk needs top_k_lora.",
    advice: "Set that, or turn this off.",
  }),
  "config/pass-value-beside-top-k": () => ({
    what: "In the first pass all gates are equal, so that nothing says which of them top_k_lora keeps.",
    advice: "Leave it at 0, or top_k_lora.",
  }),
  "config/layer-count": ({ layers, modelLayers }) => ({
    what: `num_layers is ${layers}, and this model has ${modelLayers} layers.`,
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
    what: `feedforward_modules names ${module}, which target_modules does not choose.`,
    advice: "Name only layers that are targets too.",
  }),
  "config/no-prompt-text": () => ({
    what: "prompt_tuning_init is TEXT, but there is no text.",
    advice: "Write the words to start from, or choose another start.",
  }),
  "config/prompt-text-length": ({ tokens, virtualTokens }) => ({
    what: `The text is ${tokens} tokens long, and there are ${virtualTokens} virtual tokens.`,
    advice: `Shorten it, or set num_virtual_tokens to ${tokens}.`,
  }),
  "config/prompt-text-tokens": () => ({
    what: "The text has no tokens under this model's tokenizer.",
    advice: "Write some words.",
  }),
  "config/embedding-width": () => ({
    what: "This model's embeddings are not as wide as its blocks, so that nothing before the head could undo the invertible adapter.",
    advice: "Choose Pfeiffer, or another model.",
  }),
  "config/invertible-width": ({ numbers, factor }) => ({
    what: `${numbers} numbers divided by ${factor} leave the invertible adapter no width.`,
    advice: `Choose at most ${numbers}.`,
  }),
  "config/norm-after-sum": () => ({
    what: "This model normalises after each sum, which this bottleneck does not go with here.",
    advice: "Choose Houlsby.",
  }),
  "config/intrinsic-dimension": ({ dimension, layers }) => ({
    what: `intrinsic_dimension is ${dimension}, and each of ${layers} layers takes one of them as its strength.`,
    advice: `Choose at least ${layers + 1}, or turn off structure_aware.`,
  }),
};
