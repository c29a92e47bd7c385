import { LuthierError } from "../../lib/errors";
import { defineFamily } from "./config/family";
import { bitsOrNull, flag, number, size, sizeOrNull, tokenId } from "./config/fields";
import { layerTypes, slidingWindows } from "./layers";
import { llamaFields, llamaLike } from "./llama";

/** SmolLM3 (transformers `SmolLM3ForCausalLM`): Llama's architecture, but every fourth layer has no positions. */
export const smollm3 = defineFamily({
  className: "SmolLM3Config",
  used: {
    ...llamaFields,
    vocab_size: size(128256),
    hidden_size: size(2048),
    num_hidden_layers: size(36),
    num_attention_heads: size(16),
    num_key_value_heads: sizeOrNull(4),
    max_position_embeddings: size(32768),
    rope_theta: number(2_000_000),
    tie_word_embeddings: flag(true),
    pad_token_id: tokenId(128004),
    attention_bias: flag(false),
    mlp_bias: flag(false),
    use_sliding_window: flag(false),
    sliding_window: sizeOrNull(null),
    // 1 for layers with positions.
    no_rope_layers: bitsOrNull(),
    no_rope_layer_interval: size(4),
    layer_types: layerTypes,
  },
  describe(values) {
    const { num_hidden_layers: layers, layer_types: types, no_rope_layers: bits } = values;
    if (bits && bits.length < layers)
      throw new LuthierError({
        code: "model/layer-types",
        key: "no_rope_layers",
        named: bits.length,
        layers,
      });
    const turns = Array.from({ length: layers }, (_, layer) =>
      bits ? bits[layer] === 1 : (layer + 1) % values.no_rope_layer_interval !== 0,
    );
    const { sliding_window: window, use_sliding_window: slides } = values;
    const { attention_bias: attention, mlp_bias: mlp } = values;
    return llamaLike("smollm3", values, {
      biases: { qkv: attention, o: attention, mlp },
      turns,
      windows: slidingWindows(
        types,
        layers,
        window,
        (layer) => slides && window !== null && turns[layer] === false,
      ),
    });
  },
});
