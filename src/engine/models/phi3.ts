import { defineFamily } from "./config/family";
import { number, size, sizeOrNull, tokenId } from "./config/fields";
import { slidingWindows } from "./layers";
import { llamaFields, llamaLike } from "./llama";

/**
 * Phi-3, Phi-3.5 mini and Phi-4 mini (transformers `Phi3ForCausalLM`): Llama's architecture with fused projections and
 * optionally partial rotary dimensions.
 */
export const phi3 = defineFamily({
  className: "Phi3Config",
  used: {
    ...llamaFields,
    vocab_size: size(32064),
    hidden_size: size(3072),
    intermediate_size: size(8192),
    max_position_embeddings: size(4096),
    original_max_position_embeddings: size(4096),
    rms_norm_eps: number(1e-5),
    pad_token_id: tokenId(32000),
    sliding_window: sizeOrNull(null),
  },
  dropout: { residual: ["resid_pdrop", 0], attention: ["attention_dropout", 0] },
  // Phi-3 has the key but no such dropout.
  noEffect: { "not-applied": ["embd_pdrop"] },
  describe(values) {
    const { num_hidden_layers: layers, sliding_window: window } = values;
    return llamaLike("phi3", values, {
      biases: { qkv: false, o: false, mlp: false },
      isFused: true,
      // LongRoPE's current and earlier names.
      rope: {
        turnsParts: true,
        kinds: { default: "default", longrope: "longrope", su: "longrope", yarn: "longrope" },
      },
      windows: slidingWindows(null, layers, window, () => window !== null),
    });
  },
});
