import { LuthierError } from "../../lib/errors";
import { defineFamily } from "./config/family";
import { size, sizeOrNull } from "./config/fields";
import { layerTypes, slidingWindows } from "./layers";
import { llamaFields, llamaLike } from "./llama";

/**
 * Mistral 7B and derivatives (transformers `MistralForCausalLM`): Llama's architecture with a sliding window in all
 * layers. With layer_types, transformers loads it as Ministral, with sliding windows as listed.
 */
export const mistral = defineFamily({
  className: "MistralConfig",
  used: {
    ...llamaFields,
    intermediate_size: size(14336),
    num_key_value_heads: sizeOrNull(8),
    max_position_embeddings: size(131072),
    sliding_window: sizeOrNull(4096),
    layer_types: layerTypes,
  },
  describe(values, config) {
    const { layer_types: types, num_hidden_layers: layers, sliding_window: window } = values;
    // Ministral builds the sliding-window mask even if no layer uses it.
    if (Object.hasOwn(config, "layer_types") && window === null)
      throw new LuthierError({ code: "model/no-window" });
    return llamaLike("mistral", values, {
      biases: { qkv: false, o: false, mlp: false },
      windows: slidingWindows(types, layers, window, () => window !== null),
    });
  },
});
