import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";

/** Far above any model that fits in a browser. */
const MAX_LAYERS = 1024;
/** Limits the size of distance tables; real models use 128. */
const MAX_DISTANCE = 2 ** 16;

/** Layer count keys of all families; each layer has its own tensors. */
const LAYER_KEYS: readonly string[] = [
  "num_hidden_layers",
  "n_layer",
  "n_layers",
  "num_layers",
  "num_decoder_layers",
  "encoder_layers",
  "decoder_layers",
];
/** Keys that give a dimension of a matrix. */
const WIDTH_KEYS: readonly string[] = [
  "vocab_size",
  "hidden_size",
  "d_model",
  "n_embd",
  "n_embed",
  "word_embed_proj_dim",
  "intermediate_size",
  "ffn_dim",
  "n_inner",
  "d_ff",
  "d_kv",
  "head_dim",
  "num_attention_heads",
  "num_key_value_heads",
  "n_head",
  "num_heads",
  "relative_attention_num_buckets",
];

/** Known sizes of a model's files. */
export interface FileSizes {
  /** Number of tensors, if known. */
  readonly tensors?: number;
  /** Total bytes. */
  readonly bytes: number;
}

/**
 * Checks the sizes in config.json against the files, before allocating for that many layers or tokens. Non-numbers are
 * left to the family's schema.
 * @throws LuthierError("model") with the key
 */
export function checkModelSizes(config: Readonly<Record<string, unknown>>, held: FileSizes): void {
  const check = (keys: readonly string[], most: number): void => {
    for (const key of keys) {
      const value = config[key];
      if (typeof value === "number" && value > most) {
        throw new LuthierError({ code: "model/too-large", key, value, most });
      }
    }
  };
  check(LAYER_KEYS, Math.min(MAX_LAYERS, held.tensors ?? held.bytes));
  // A byte holds at most two elements.
  check(WIDTH_KEYS, 2 * held.bytes);
  check(["relative_attention_max_distance"], MAX_DISTANCE);
  // Multimodal models nest the text model's config.
  if (isRecord(config.text_config)) checkModelSizes(config.text_config, held);
}
