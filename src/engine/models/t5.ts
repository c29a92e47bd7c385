import { LuthierError } from "../../lib/errors";
import type {
  BlockSpec,
  CrossAttentionSpec,
  LinearSpec,
  MlpSpec,
  ModelSpec,
  NormSpec,
} from "../nn/model-spec";
import {
  gatedActivations,
  type GatedName,
  gatedNames,
  plainActivations,
  type PlainName,
  plainNames,
} from "./config/activations";
import { defineFamily } from "./config/family";
import {
  choice,
  choiceOrNull,
  type Field,
  flagOrNull,
  number,
  readFields,
  size,
  sizeOrNull,
  tokenId,
  type Values,
} from "./config/fields";
import type { DropoutKeys } from "./config/dropout";
import type { NoEffectKeys } from "./config/keys";
import { linear, rmsNorm } from "./layers";

/** Relative positions have no limit; this bounds prompt and answer, each. */
const MAX_POSITIONS = 16384;

type GatedForm = `gated-${GatedName}`;
const gatedForms = gatedNames.map((name): GatedForm => `gated-${name}`);
const actNames = [...new Set<GatedName | PlainName>([...gatedNames, ...plainNames])];

/** An activation, prefixed with "gated-" for gated layers. */
function feedForward(fallback: PlainName | GatedForm): Field<PlainName | GatedForm> {
  return choice([...plainNames, ...gatedForms], fallback);
}

const fields = {
  vocab_size: size(32128),
  d_model: size(512),
  d_kv: size(64),
  d_ff: size(2048),
  num_layers: size(6),
  num_decoder_layers: sizeOrNull(null),
  num_heads: size(8),
  relative_attention_num_buckets: size(32, 4),
  relative_attention_max_distance: size(128),
  layer_norm_epsilon: number(1e-6),
  feed_forward_proj: feedForward("relu"),
  // Derived from feed_forward_proj by default; explicit values win.
  dense_act_fn: choiceOrNull(actNames),
  is_gated_act: flagOrNull(null),
  decoder_start_token_id: tokenId(null),
  pad_token_id: tokenId(0),
};

type T5Values = Values<typeof fields>;

const aliases = {
  hidden_size: "d_model",
  num_attention_heads: "num_heads",
  num_hidden_layers: "num_layers",
  head_dim: "d_kv",
};

/** One probability for all dropout sites. */
const RATE = ["dropout_rate", 0.1] as const;
const dropout: DropoutKeys = { embedding: RATE, residual: RATE, inner: RATE, final: RATE, attention: RATE };

const noEffect: NoEffectKeys = {
  bookkeeping: ["n_positions", "output_past"],
};

/**
 * T5, T5 1.1 and Flan-T5 (transformers `T5ForConditionalGeneration`): ReLU and a tied head with scaled input in the
 * original, gated GELU and an untied head from 1.1 on.
 */
export const t5 = defineFamily({
  className: "T5Config",
  used: { ...fields, tie_word_embeddings: flagOrNull(null), scale_decoder_outputs: flagOrNull(null) },
  aliases,
  dropout,
  noEffect,
  describe(values, config) {
    // transformers 5 ties the head if the file has none, and identifies the original T5 by scale_decoder_outputs.
    const isFirst = values.scale_decoder_outputs ?? values.tie_word_embeddings !== false;
    const spec = encoderDecoder("t5", values, decoderLayerCount(values, config, 6));
    const tied = isFirst && values.tie_word_embeddings !== false;
    const head = { ...spec.head, tied };
    return isFirst ? { ...spec, head, headInputScale: 1 / Math.sqrt(spec.hiddenSize) } : { ...spec, head };
  },
});

/** mT5 and mT0 (transformers `MT5ForConditionalGeneration`): T5 1.1 with a larger vocabulary. */
export const mt5 = defineFamily({
  className: "MT5Config",
  used: {
    ...fields,
    vocab_size: size(250112),
    d_ff: size(1024),
    num_layers: size(8),
    num_heads: size(6),
    feed_forward_proj: feedForward("gated-gelu"),
    decoder_start_token_id: tokenId(0),
  },
  aliases,
  dropout,
  noEffect: {
    ...noEffect,
    // The head is tied if and only if the file has none, and its input is never scaled.
    "not-applied": ["tie_word_embeddings", "scale_decoder_outputs"],
  },
  describe(values, config) {
    const spec = encoderDecoder("mt5", values, decoderLayerCount(values, config, 8));
    return { ...spec, ia3Targets: { targets: ["k", "v", "wi_1"], feedforward: [] } };
  },
});

/** The common specification; a head missing from the files is tied to the embedding. */
function encoderDecoder(family: string, values: T5Values, decoderLayers: number): ModelSpec {
  const { d_model: hidden, num_heads: heads, num_layers: layers } = values;
  const makeBlocks = blockMaker(values);
  const tablePath = (stack: string): string =>
    `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias`;
  return {
    family,
    vocabularySize: values.vocab_size,
    hiddenSize: hidden,
    heads,
    keyValueHeads: heads,
    headDim: values.d_kv,
    maxPositions: MAX_POSITIONS,
    embedTokens: "shared",
    embeddingCopies: ["encoder.embed_tokens", "decoder.embed_tokens"],
    embeddingSize: hidden,
    positions: {
      type: "relative",
      encoder: tablePath("encoder"),
      decoder: tablePath("decoder"),
      ...readBuckets(values),
    },
    attentionScale: 1,
    encoder: {
      path: "encoder",
      blocks: makeBlocks("encoder", layers),
      finalNorm: norm(values, "encoder.final_layer_norm"),
      startId: startId(values),
    },
    blocks: makeBlocks("decoder", values.num_decoder_layers ?? decoderLayers),
    finalNorm: norm(values, "decoder.final_layer_norm"),
    head: { path: "lm_head", tied: false, mayBeMissing: true },
    prefix: "",
    loraTargets: ["q", "v"],
    ia3Targets: { targets: ["k", "v", "wo"], feedforward: ["wo"] },
  };
}

/** Without num_decoder_layers, the decoder has num_layers blocks; aliases of num_layers do not count. */
function decoderLayerCount(
  { num_layers: layers }: T5Values,
  config: Readonly<Record<string, unknown>>,
  fallback: number,
): number {
  if (!Object.hasOwn(config, "num_hidden_layers")) return layers;
  return readFields({ num_layers: size(fallback) }, config).num_layers;
}

/** Errors: a start token outside the vocabulary. */
function startId({
  decoder_start_token_id: start,
  pad_token_id: pad,
  vocab_size: vocabularySize,
}: T5Values): number {
  const id = start ?? pad ?? 0;
  if (id < 0 || id >= vocabularySize) throw new LuthierError({ code: "model/pad-token", id, vocabularySize });
  return id;
}

/** Errors: bucket counts for which the bucketing formula is undefined. */
function readBuckets(values: T5Values): { buckets: number; maxDistance: number } {
  const { relative_attention_num_buckets: buckets, relative_attention_max_distance: maxDistance } = values;
  if (buckets % 4 === 0 && maxDistance > buckets / 2) return { buckets, maxDistance };
  throw new LuthierError({ code: "model/distance-buckets", buckets, maxDistance });
}

function norm(values: T5Values, path: string): NormSpec {
  return rmsNorm(path, values.d_model, values.layer_norm_epsilon);
}

function blockMaker(values: T5Values): (stack: "encoder" | "decoder", count: number) => BlockSpec[] {
  const makeMlp = mlpMaker(values);
  return (stack, count) =>
    Array.from({ length: count }, (_, index) => {
      const path = `${stack}.block.${index}`;
      const layer = (number: number): string => `${path}.layer.${number}`;
      const hasCross = stack === "decoder";
      const last = layer(hasCross ? 2 : 1);
      return {
        path,
        sublayers: { attention: layer(0), mlp: last },
        attentionNorm: norm(values, `${layer(0)}.layer_norm`),
        attention: { type: "separate", ...projections(values, `${layer(0)}.SelfAttention`) },
        ...(hasCross ? { cross: crossAttention(values, layer(1)) } : {}),
        mlpNorm: norm(values, `${last}.layer_norm`),
        mlp: makeMlp(`${last}.DenseReluDense`),
      };
    });
}

function crossAttention(values: T5Values, path: string): CrossAttentionSpec {
  return { norm: norm(values, `${path}.layer_norm`), ...projections(values, `${path}.EncDecAttention`) };
}

/** heads · d_kv may differ from the hidden size. */
function projections(values: T5Values, path: string): Record<"q" | "k" | "v" | "o", LinearSpec> {
  const { d_model: hidden } = values;
  const inner = values.num_heads * values.d_kv;
  const into = (name: string): LinearSpec => linear(`${path}.${name}`, hidden, inner, false);
  return { q: into("q"), k: into("k"), v: into("v"), o: linear(`${path}.o`, inner, hidden, false) };
}

function mlpMaker(values: T5Values): (path: string) => MlpSpec {
  const { d_model: hidden, d_ff: inner, feed_forward_proj: form } = values;
  const up = (path: string): LinearSpec => linear(path, hidden, inner, false);
  const down = (path: string): LinearSpec => linear(`${path}.wo`, inner, hidden, false);
  const isGated = values.is_gated_act ?? form.startsWith("gated-");
  // "gated-gelu" means the tanh approximation, unlike plain "gelu".
  const implied = form === "gated-gelu" ? "gelu_new" : form.replace(/^gated-/, "");
  const name = values.dense_act_fn ?? implied;
  if (!isGated) {
    const activation = plainActivations[oneOf(plainNames, "relu", name)];
    return (path) => ({ type: "plain", up: up(`${path}.wi`), down: down(path), activation });
  }
  const activation = gatedActivations[oneOf(gatedNames, "gelu_new", name)];
  return (path) => ({
    type: "gated",
    gate: up(`${path}.wi_0`),
    up: up(`${path}.wi_1`),
    down: down(path),
    activation,
  });
}

/** Errors: an activation that this layer type does not support. */
function oneOf<const Name extends string>(names: readonly Name[], fallback: Name, name: string): Name {
  return readFields({ dense_act_fn: choice(names, fallback) }, { dense_act_fn: name }).dense_act_fn;
}
