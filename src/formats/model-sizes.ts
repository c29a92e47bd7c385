import { LuthierError } from "../lib/errors";
import { isRecord } from "../lib/json";

/** More layers than any model that a page could hold. */
const MAX_LAYERS = 1024;
/** Tables are made for distances up to the largest; models have 128. */
const MAX_DISTANCE = 2 ** 16;

/** Keys of config.json that count layers, in all families; each layer has tensors of its own. */
const LAYER_KEYS: readonly string[] = [
  "num_hidden_layers",
  "n_layer",
  "n_layers",
  "num_layers",
  "num_decoder_layers",
  "encoder_layers",
  "decoder_layers",
];
/** Keys that say how large a matrix is along one side. */
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

/** What the files of a model hold: one number a tensor at the least is known of every one. */
export interface HeldSizes {
  /** How many tensors there are, where that is known. */
  readonly tensors?: number;
  /** Bytes of all files. */
  readonly bytes: number;
}

/**
 * Holds the sizes that config.json names against what the files hold, before anything is made for so many layers or
 * words. Values that are no numbers are for the family to refuse.
 * @throws LuthierError("model") naming the key
 */
export function checkModelSizes(config: Readonly<Record<string, unknown>>, held: HeldSizes): void {
  const check = (keys: readonly string[], most: number): void => {
    for (const key of keys) {
      const value = config[key];
      if (typeof value === "number" && value > most) {
        throw new LuthierError({ code: "model/too-large", key, value, most });
      }
    }
  };
  check(LAYER_KEYS, Math.min(MAX_LAYERS, held.tensors ?? held.bytes));
  // Two elements lie in a byte at the most.
  check(WIDTH_KEYS, 2 * held.bytes);
  check(["relative_attention_max_distance"], MAX_DISTANCE);
  // A model for texts and pictures has one for texts within.
  if (isRecord(config.text_config)) checkModelSizes(config.text_config, held);
}
