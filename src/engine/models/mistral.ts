import type { ConfigReader } from "./config-reader";
import type { ModelSpec } from "../nn/model-spec";
import { llamaLike } from "./llama";

/** Mistral 7B and its relatives (transformers `MistralForCausalLM`): Llama's shape, with one sliding window for all layers. */
export function mistral(config: ConfigReader): ModelSpec {
  const window = config.integerOrNull("sliding_window", 4096);
  return llamaLike("mistral", config, {
    biases: { qkv: false, o: false, mlp: false },
    windows: Array.from({ length: config.integer("num_hidden_layers") }, () => window ?? undefined),
  });
}
