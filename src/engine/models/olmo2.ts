import { defineFamily } from "./config/family";
import { flag, number, size, tokenId } from "./config/fields";
import { llamaFields, llamaLike } from "./llama";

/**
 * OLMo 2 (transformers `Olmo2ForCausalLM`): Llama's architecture with norms after the sub-layers, and of the whole
 * query and key projections.
 */
export const olmo2 = defineFamily({
  className: "Olmo2Config",
  used: {
    ...llamaFields,
    vocab_size: size(50304),
    rms_norm_eps: number(1e-5),
    pad_token_id: tokenId(1),
    attention_bias: flag(false),
  },
  describe(values) {
    const { attention_bias: attention } = values;
    return llamaLike("olmo2", values, {
      biases: { qkv: attention, o: attention, mlp: false },
      normsOutputs: true,
      projectionNorms: true,
    });
  },
});
