import type {
  ConfigExpectation,
  ModelsProblems,
  RefusedSetting,
} from "../../../../lib/problems/models-problems";
import type { OtherKind } from "../../../../lib/model-kind";
import type { ProblemTexts } from "./words";

const OTHER_FILES = "Check that config.json belongs to these weights.";

/** What a key should contain, as the end of a sentence. */
function expected(expectation: ConfigExpectation): string {
  switch (expectation.kind) {
    case "whole-number":
      return expectation.min === Number.MIN_SAFE_INTEGER
        ? "a whole number"
        : `a whole number of at least ${expectation.min}`;
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    case "object":
      return "an object";
    case "bits":
      return "a list of 0 and 1";
    case "numbers":
      return `a list of ${expectation.count} numbers`;
    case "one-of":
      return quoted(expectation.words).join(" or ");
    case "list-of":
      return `a list of ${quoted(expectation.words).join(" and ")}`;
  }
}

function quoted(words: readonly string[]): string[] {
  return words.map((word) => `"${word}"`);
}

const settings: Readonly<Record<RefusedSetting, string>> = {
  add_cross_attention: "cross-attention (add_cross_attention)",
  apply_residual_connection_post_layernorm:
    "residual connections from the normalised input (apply_residual_connection_post_layernorm)",
  enable_bias: "linear layers without biases (enable_bias)",
  final_logit_softcapping: "logit soft-capping (final_logit_softcapping)",
  layer_norm_elementwise_affine: "norms without weights (layer_norm_elementwise_affine)",
  layer_types: "layers with a sliding window (layer_types)",
  per_layer_config: "layers of different sizes (per_layer_config)",
  pruned_heads: "layers without some of their heads (pruned_heads)",
  scale_attn_by_inverse_layer_idx: "attention scaled by layer (scale_attn_by_inverse_layer_idx)",
  scale_attn_weights: "unscaled attention (scale_attn_weights)",
  slow_but_exact: "sliced linear layers (slow_but_exact with pretraining_tp above 1)",
  use_bidirectional_attention: "bidirectional attention",
};

/** Why a kind of model is not trained, as the end of a sentence. */
export const otherKinds: Readonly<Record<OtherKind, string>> = {
  experts: "its layers choose among experts for each token",
  recurrent:
    "its layers carry a state from token to token (linear attention, a state space or a convolution)",
  pictures: "it reads pictures, and its language model is none that is read without them",
};

export const modelsProblems: ProblemTexts<ModelsProblems> = {
  "model/unknown-family": ({ modelType, kind, known }) => ({
    what: `config.json: model_type is ${modelType ?? "missing"}, which Luthier cannot train yet${kind ? `: ${otherKinds[kind]}` : ""}.`,
    advice: `It trains these: ${known.join(", ")}.`,
  }),
  "model/config-value": ({ key, found, expected: expectation }) => ({
    what: `config.json: ${key} is ${found ?? "missing"}, but should be ${expected(expectation)}.`,
    advice:
      "Check that config.json is the one that belongs to these weights, and that this kind of model is supported.",
  }),
  "model/config-setting": ({ setting }) => ({
    what: `config.json asks for ${settings[setting]}, which Luthier does not support for this family.`,
    advice: "Choose a checkpoint without it.",
  }),
  "model/heads": ({ heads, keyValueHeads, headDim }) => ({
    what: `config.json: ${heads} attention heads of width ${headDim} do not fit ${keyValueHeads} key-value heads.`,
    advice: "The number of heads must be a multiple of the key-value heads, and their width must be even.",
  }),
  "model/hidden-not-multiple": ({ hiddenSize, heads }) => ({
    what: `config.json: the hidden size ${hiddenSize} is not a multiple of ${heads} attention heads.`,
    advice: OTHER_FILES,
  }),
  "model/layer-types": ({ key, named, layers }) => ({
    what: `config.json: ${key} lists ${named} layers, but num_hidden_layers is ${layers}.`,
    advice: OTHER_FILES,
  }),
  "model/no-window": () => ({
    what: "config.json: sliding_window is null, which this kind of model does not allow with these layers.",
    advice: "Set sliding_window (for Qwen also use_sliding_window), or leave layer_types out.",
  }),
  "model/rope-factor": ({ factor }) => ({
    what: `config.json: the rope factor is ${factor}.`,
    advice: "It must be more than 0.",
  }),
  "model/rope-partial": ({ factor, kind }) => ({
    what: `config.json: partial_rotary_factor is ${factor}, which rotary positions of the type "${kind}" do not support.`,
    advice: OTHER_FILES,
  }),
  "model/rope-by-layer": ({ key }) => ({
    what: `config.json has separate rotary settings for some layers (${key}), which this family does not support.`,
    advice: OTHER_FILES,
  }),
  "model/distance-buckets": ({ buckets, maxDistance }) => ({
    what: `config.json: ${buckets} relative attention buckets do not fit a maximum distance of ${maxDistance}.`,
    advice:
      "relative_attention_num_buckets must be a multiple of four, and relative_attention_max_distance more than half of it.",
  }),
  "model/pad-token": ({ id, vocabularySize }) => ({
    what: `config.json: the token ${id} (pad_token_id or decoder_start_token_id) is outside the vocabulary of ${vocabularySize}.`,
    advice: "Set it to a token of the vocabulary, or to null.",
  }),
  "model/gguf-key": ({ file, key, value }) => ({
    what: `${file} sets ${key} to ${value}, which Luthier does not support for this kind of model.`,
    advice: "Choose another file of the model without it, or its safetensors folder.",
  }),
  "model/gguf-tensors": ({ file, names, count }) => ({
    what: `${file} holds ${count === 1 ? "a tensor" : `${count} tensors`} that Luthier does not support for this kind of model: ${names.join(", ")}${count > names.length ? " and others" : ""}.`,
    advice: "Without them the model would give different results. Choose its safetensors folder.",
  }),
  "model/gguf-type": ({ file, tensor, type }) => ({
    what: `${file} stores tensor ${tensor} as ${typeof type === "number" ? `type ${type}` : type}, which is not supported.`,
    advice:
      "Choose another file of the model: its name should end in Q4_K_M, Q5_K_M, Q6_K, Q8_0, Q4_0, IQ4_XS, MXFP4, F16 or BF16.",
  }),
  "model/quantised-otherwise": ({ method }) => ({
    what: `config.json says that the weights are quantised by ${method}, which is not supported.`,
    advice: "Choose the unquantised checkpoint, one in NF4 by bitsandbytes, or a GGUF file.",
  }),
  "model/no-tensor": ({ name }) => ({
    what: `The files have no tensor ${name}, which config.json asks for.`,
    advice: "Choose all *.safetensors files of the model, with the config.json that belongs to them.",
  }),
  "model/left-over-tensors": ({ names, count }) => ({
    what: `The files hold ${count === 1 ? "a tensor" : `${count} tensors`} that the model described by config.json does not have: ${names.join(", ")}${count > names.length ? " and others" : ""}.`,
    advice:
      "Without them the model would give different results. Check that config.json belongs to these weights.",
  }),
  "model/embeddings-differ": ({ names: [one, other] }) => ({
    what: `The files contain two token embeddings with different values, ${one} and ${other}.`,
    advice: "Models of this family share one between encoder and decoder. Choose another checkpoint.",
  }),
};
