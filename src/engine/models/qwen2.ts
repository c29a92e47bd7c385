import { defineFamily } from "./config/family";
import { flag, size, sizeOrNull, type Values } from "./config/fields";
import { layerTypes, slidingWindows } from "./layers";
import { llamaFields, llamaLike } from "./llama";

/** Keys of Qwen configs, with their defaults. */
export const qwenFields = {
  ...llamaFields,
  vocab_size: size(151936),
  intermediate_size: size(22016),
  num_key_value_heads: sizeOrNull(32),
  max_position_embeddings: size(32768),
  use_sliding_window: flag(false),
  sliding_window: sizeOrNull(4096),
  max_window_layers: size(28, 0),
  layer_types: layerTypes,
};

/** Qwen1.5, Qwen2, Qwen2.5 (transformers `Qwen2ForCausalLM`): Llama's architecture with q, k and v biases. */
export const qwen2 = defineFamily({
  className: "Qwen2Config",
  used: qwenFields,
  describe: (values) =>
    llamaLike("qwen2", values, {
      biases: { qkv: true, o: false, mlp: false },
      ia3Projection: "q_proj",
      windows: qwenWindows(values),
    }),
});

/** Qwen's sliding windows: with use_sliding_window, by layer_types or from layer max_window_layers on. */
export function qwenWindows(values: Values<typeof qwenFields>): (number | undefined)[] {
  const { layer_types: types, num_hidden_layers: layers, max_window_layers: from } = values;
  const window = values.use_sliding_window ? values.sliding_window : null;
  return slidingWindows(types, layers, window, (layer) => window !== null && layer >= from);
}
