import type { FamilyId } from "../../models/registry";
import type { ModelSpec } from "../../nn/model-spec";

/** Layers that (IA)³ scales by default, and those of them whose input it scales. */
export interface Ia3Targets {
  readonly targets: readonly string[];
  readonly feedforward: readonly string[];
}

const queryValueDown: Ia3Targets = { targets: ["q_proj", "v_proj", "down_proj"], feedforward: ["down_proj"] };
const keyValueDown: Ia3Targets = { targets: ["k_proj", "v_proj", "down_proj"], feedforward: ["down_proj"] };

/** PEFT's own tables. */
const ia3: Readonly<Record<string, Ia3Targets>> = {
  llama: keyValueDown,
  mistral: keyValueDown,
  qwen2: queryValueDown,
  qwen3: queryValueDown,
  gemma: queryValueDown,
  gemma2: queryValueDown,
  gemma3_text: queryValueDown,
  opt: { targets: ["q_proj", "k_proj", "fc2"], feedforward: ["fc2"] },
  gpt2: { targets: ["c_attn", "mlp.c_proj"], feedforward: ["mlp.c_proj"] },
  t5: { targets: ["k", "v", "wo"], feedforward: ["wo"] },
  mt5: { targets: ["k", "v", "wi_1"], feedforward: [] },
  bloom: { targets: ["query_key_value", "mlp.dense_4h_to_h"], feedforward: ["mlp.dense_4h_to_h"] },
} satisfies Readonly<Record<FamilyId, Ia3Targets>> & Record<string, Ia3Targets>;

/** PEFT's default layers of (IA)³ for a model's family. */
export function ia3Targets({ family }: ModelSpec): Ia3Targets {
  return ia3[family] ?? { targets: [], feedforward: [] };
}
