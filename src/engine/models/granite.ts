import { defineFamily } from "./config/family";
import { flag, number } from "./config/fields";
import { llamaFields, llamaLike } from "./llama";

/**
 * Granite 3 and 4 without experts (transformers `GraniteForCausalLM`): Llama's architecture with scaling factors for
 * embeddings, sub-layers, attention and logits.
 */
export const granite = defineFamily({
  className: "GraniteConfig",
  used: {
    ...llamaFields,
    attention_bias: flag(false),
    mlp_bias: flag(false),
    embedding_multiplier: number(1),
    residual_multiplier: number(1),
    attention_multiplier: number(1),
    logits_scaling: number(1),
  },
  describe(values) {
    const { attention_bias: attention, mlp_bias: mlp } = values;
    return {
      ...llamaLike("granite", values, { biases: { qkv: attention, o: attention, mlp } }),
      inputScale: values.embedding_multiplier,
      residualScale: values.residual_multiplier,
      attentionScale: values.attention_multiplier,
      logitScale: 1 / values.logits_scaling,
    };
  },
});
