import type { ConfigReader } from "./config-reader";
import type { ModelSpec } from "../nn/model-spec";
import { slidingLayers } from "./layers";
import { llamaLike } from "./llama";

/** Qwen1.5, Qwen2, Qwen2.5 (transformers `Qwen2ForCausalLM`): Llama's shape with biases on q, k and v. */
export function qwen2(config: ConfigReader): ModelSpec {
  return llamaLike("qwen2", config, {
    biases: { qkv: true, o: false, mlp: false },
    ia3Projection: "q_proj",
    windows: qwenWindows(config),
  });
}

/** Qwen's sliding windows: with use_sliding_window, by layer_types or from layer max_window_layers on. */
export function qwenWindows(config: ConfigReader): (number | undefined)[] {
  const layers = config.integer("num_hidden_layers");
  if (!config.boolean("use_sliding_window", false)) return [];
  const window = config.integerOrNull("sliding_window", 4096) ?? undefined;
  const from = config.integer("max_window_layers", 28, 0);
  return slidingLayers(config, layers, (layer) => layer >= from).map((slides) =>
    slides ? window : undefined,
  );
}
