import type { ConfigReader } from "./config-reader";
import type { ModelSpec } from "../nn/model-spec";
import { llamaLike } from "./llama";
import { qwenWindows } from "./qwen2";

/** Qwen3 (transformers `Qwen3ForCausalLM`): Llama's shape with norms of every head's query and key. */
export function qwen3(config: ConfigReader): ModelSpec {
  const attention = config.boolean("attention_bias", false);
  return llamaLike("qwen3", config, {
    biases: { qkv: attention, o: attention, mlp: false },
    headNorms: true,
    ia3Projection: "q_proj",
    windows: qwenWindows(config),
  });
}
