import type { BlockSpec, ModelSpec } from "../nn/model-spec";
import { plainActivations, plainNames } from "./config/activations";
import { defineFamily } from "./config/family";
import { choice, flag, size, sizeOrNull, tokenId, type Values } from "./config/fields";
import { evenHeadDim, layerNorm, linear, paddingRow } from "./layers";

/** PyTorch's LayerNorm default; OPT's config.json has no such key. */
const EPSILON = 1e-5;

/** OPT's position table starts with two unused rows. */
const POSITION_OFFSET = 2;

const ROOT = "model.decoder";

const fields = {
  vocab_size: size(50272),
  hidden_size: size(768),
  num_hidden_layers: size(12),
  ffn_dim: size(3072),
  max_position_embeddings: size(2048),
  do_layer_norm_before: flag(true),
  _remove_final_layer_norm: flag(false),
  word_embed_proj_dim: sizeOrNull(null),
  num_attention_heads: size(12),
  activation_function: choice(plainNames, "relu"),
  pad_token_id: tokenId(1),
  tie_word_embeddings: flag(true),
};

/**
 * OPT (transformers `OPTForCausalLM`): layer norm, learned positions, ReLU. OPT-350m is post-norm and projects narrower
 * embeddings to the hidden size.
 */
export const opt = defineFamily({
  className: "OPTConfig",
  used: fields,
  dropout: { residual: ["dropout", 0.1], attention: ["attention_dropout", 0] },
  noEffect: { dropout: ["activation_dropout", "layerdrop"] },
  refused: { enable_bias: [true], layer_norm_elementwise_affine: [true] },
  describe(values) {
    const { hidden_size: hidden, num_attention_heads: heads, vocab_size: vocabularySize } = values;
    const embeddingSize = values.word_embed_proj_dim ?? hidden;
    const hasFinalNorm = values.do_layer_norm_before && !values._remove_final_layer_norm;
    const layer = layerMaker(values);
    return {
      family: "opt",
      vocabularySize,
      hiddenSize: hidden,
      heads,
      keyValueHeads: heads,
      headDim: evenHeadDim(hidden, heads),
      maxPositions: values.max_position_embeddings,
      embedTokens: `${ROOT}.embed_tokens`,
      embeddingSize,
      ...paddingRow(values.pad_token_id, vocabularySize),
      ...projections(embeddingSize, hidden),
      positions: { type: "learned", path: `${ROOT}.embed_positions`, offset: POSITION_OFFSET },
      blocks: Array.from({ length: values.num_hidden_layers }, (_, index) =>
        layer(`${ROOT}.layers.${index}`),
      ),
      ...(hasFinalNorm ? { finalNorm: layerNorm(`${ROOT}.final_layer_norm`, hidden, EPSILON) } : {}),
      head: { path: "lm_head", tied: values.tie_word_embeddings },
      prefix: "model.",
      loraTargets: ["q_proj", "v_proj"],
      ia3Targets: { targets: ["q_proj", "k_proj", "fc2"], feedforward: ["fc2"] },
    };
  },
});

function projections(embeddingSize: number, hidden: number): Pick<ModelSpec, "projections"> {
  if (embeddingSize === hidden) return {};
  return {
    projections: {
      into: linear(`${ROOT}.project_in`, embeddingSize, hidden, false),
      outOf: linear(`${ROOT}.project_out`, hidden, embeddingSize, false),
    },
  };
}

function layerMaker(values: Values<typeof fields>): (path: string) => BlockSpec {
  const { hidden_size: hidden, ffn_dim: inner } = values;
  return (path) => ({
    path,
    attentionNorm: layerNorm(`${path}.self_attn_layer_norm`, hidden, EPSILON),
    attention: {
      type: "separate",
      q: linear(`${path}.self_attn.q_proj`, hidden, hidden, true),
      k: linear(`${path}.self_attn.k_proj`, hidden, hidden, true),
      v: linear(`${path}.self_attn.v_proj`, hidden, hidden, true),
      o: linear(`${path}.self_attn.out_proj`, hidden, hidden, true),
    },
    mlpNorm: layerNorm(`${path}.final_layer_norm`, hidden, EPSILON),
    mlp: {
      type: "plain",
      up: linear(`${path}.fc1`, hidden, inner, true),
      down: linear(`${path}.fc2`, inner, hidden, true),
      activation: plainActivations[values.activation_function],
    },
    normPlacement: values.do_layer_norm_before ? "before" : "after",
  });
}
