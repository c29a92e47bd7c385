import { LuthierError } from "../../lib/errors";
import type { ConfigReader } from "./config-reader";
import type {
  BlockSpec,
  CrossAttentionSpec,
  ModelSpec,
  LinearSpec,
  MlpSpec,
  NormSpec,
} from "../nn/model-spec";
import { linear, rmsNorm } from "./layers";

/** Distances have no end, so that only memory limits a text; so many tokens each of the prompt and the answer may have. */
const MAX_POSITIONS = 16384;

/**
 * T5 and its later forms, Flan-T5 among them (transformers `T5ForConditionalGeneration`): ReLU and a tied head that reads
 * scaled values in the first, gated GELU and a head of its own from 1.1 on.
 */
export function t5(config: ConfigReader): ModelSpec {
  // transformers 5 writes tie_word_embeddings as true for all of them, and says by another field which they are.
  const tied = config.boolean("tie_word_embeddings", true);
  const isFirst = config.boolean("scale_decoder_outputs", tied);
  const spec = encoderDecoder(config, "t5", "relu");
  const headInputScale = 1 / Math.sqrt(spec.hiddenSize);
  return isFirst ? { ...spec, head: { ...spec.head, tied }, headInputScale } : spec;
}

/** mT5 and what was tuned from it, mT0 (transformers `MT5ForConditionalGeneration`): T5 1.1 with a larger vocabulary. */
export function mt5(config: ConfigReader): ModelSpec {
  const spec = encoderDecoder(config, "mt5", "gated-gelu");
  return { ...spec, ia3Targets: { targets: ["k", "v", "wi_1"], feedforward: [] } };
}

/** What all have in common; a head that the files leave out is the embedding. */
function encoderDecoder(config: ConfigReader, family: string, feedForward: string): ModelSpec {
  const hidden = config.integer("d_model");
  const heads = config.integer("num_heads");
  const layers = config.integer("num_layers");
  const makeBlocks = blockMaker(config, feedForward);
  const tablePath = (stack: string): string =>
    `${stack}.block.0.layer.0.SelfAttention.relative_attention_bias`;
  return {
    family,
    vocabularySize: config.integer("vocab_size"),
    hiddenSize: hidden,
    heads,
    keyValueHeads: heads,
    headDim: config.integer("d_kv"),
    maxPositions: MAX_POSITIONS,
    embedTokens: "shared",
    embeddingSize: hidden,
    positions: {
      type: "relative",
      encoder: tablePath("encoder"),
      decoder: tablePath("decoder"),
      ...readBuckets(config),
    },
    attentionScale: 1,
    encoder: {
      path: "encoder",
      blocks: makeBlocks("encoder", layers),
      finalNorm: norm(config, "encoder.final_layer_norm"),
      startId: config.integer("decoder_start_token_id", config.integer("pad_token_id", 0, 0), 0),
    },
    blocks: makeBlocks("decoder", config.integer("num_decoder_layers", layers)),
    finalNorm: norm(config, "decoder.final_layer_norm"),
    head: { path: "lm_head", tied: false },
    prefix: "",
    loraTargets: ["q", "v"],
    ia3Targets: { targets: ["k", "v", "wo"], feedforward: ["wo"] },
  };
}

/** Errors: buckets that the rule of distances has no steps for. */
function readBuckets(config: ConfigReader): { buckets: number; maxDistance: number } {
  const buckets = config.integer("relative_attention_num_buckets", 32, 4);
  const maxDistance = config.integer("relative_attention_max_distance", 128);
  if (buckets % 4 === 0 && maxDistance > buckets / 2) return { buckets, maxDistance };
  throw new LuthierError(
    "model",
    `config.json: ${buckets} buckets of distances up to ${maxDistance} cannot be.`,
    "relative_attention_num_buckets has to be a multiple of four, and relative_attention_max_distance more than half of it.",
  );
}

function norm(config: ConfigReader, path: string): NormSpec {
  return rmsNorm(path, config.integer("d_model"), config.number("layer_norm_epsilon", 1e-6));
}

function blockMaker(
  config: ConfigReader,
  feedForward: string,
): (stack: "encoder" | "decoder", count: number) => BlockSpec[] {
  const makeMlp = mlpMaker(config, feedForward);
  return (stack, count) =>
    Array.from({ length: count }, (_, index) => {
      const path = `${stack}.block.${index}`;
      const layer = (number: number): string => `${path}.layer.${number}`;
      const hasCross = stack === "decoder";
      const last = layer(hasCross ? 2 : 1);
      return {
        path,
        sublayers: { attention: layer(0), mlp: last },
        attentionNorm: norm(config, `${layer(0)}.layer_norm`),
        attention: { type: "separate", ...projections(config, `${layer(0)}.SelfAttention`) },
        ...(hasCross ? { cross: crossAttention(config, layer(1)) } : {}),
        mlpNorm: norm(config, `${last}.layer_norm`),
        mlp: makeMlp(`${last}.DenseReluDense`),
      };
    });
}

function crossAttention(config: ConfigReader, path: string): CrossAttentionSpec {
  return { norm: norm(config, `${path}.layer_norm`), ...projections(config, `${path}.EncDecAttention`) };
}

/** The heads' width together need not be the hidden size. */
function projections(config: ConfigReader, path: string): Record<"q" | "k" | "v" | "o", LinearSpec> {
  const hidden = config.integer("d_model");
  const inner = config.integer("num_heads") * config.integer("d_kv");
  const into = (name: string): LinearSpec => linear(`${path}.${name}`, hidden, inner, false);
  return { q: into("q"), k: into("k"), v: into("v"), o: linear(`${path}.o`, inner, hidden, false) };
}

function mlpMaker(config: ConfigReader, feedForward: string): (path: string) => MlpSpec {
  const hidden = config.integer("d_model");
  const inner = config.integer("d_ff");
  const form = config.choice("feed_forward_proj", ["relu", "gated-gelu"], feedForward);
  const up = (path: string): LinearSpec => linear(path, hidden, inner, false);
  const down = (path: string): LinearSpec => linear(`${path}.wo`, inner, hidden, false);
  if (form === "relu")
    return (path) => ({ type: "plain", up: up(`${path}.wi`), down: down(path), activation: "relu" });
  return (path) => ({
    type: "gated",
    gate: up(`${path}.wi_0`),
    up: up(`${path}.wi_1`),
    down: down(path),
    activation: "gelu_tanh",
  });
}
