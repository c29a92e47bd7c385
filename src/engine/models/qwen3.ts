import { defineFamily } from "./config/family";
import { flag, sizeOrNull } from "./config/fields";
import { llamaLike } from "./llama";
import { qwenFields, qwenWindows } from "./qwen2";

/** Qwen3 (transformers `Qwen3ForCausalLM`): Llama's architecture with query and key norms. */
export const qwen3 = defineFamily({
  className: "Qwen3Config",
  used: { ...qwenFields, head_dim: sizeOrNull(128), attention_bias: flag(false) },
  describe(values) {
    const { attention_bias: attention } = values;
    return llamaLike("qwen3", values, {
      biases: { qkv: attention, o: attention, mlp: false },
      headNorms: true,
      ia3Projection: "q_proj",
      windows: qwenWindows(values),
    });
  },
});
