import type { ModelSpec } from "../../nn/model-spec";
import { LuthierError } from "../../../lib/errors";

/** PEFT's `task_type` for adapters of a model. */
export function taskType({ encoder }: ModelSpec): "CAUSAL_LM" | "SEQ_2_SEQ_LM" {
  return encoder ? "SEQ_2_SEQ_LM" : "CAUSAL_LM";
}

/**
 * Rejects an adapter_config.json whose task type is the other kind of language model; unknown and missing types pass.
 */
export function checkTaskType(config: Readonly<Record<string, unknown>>, model: ModelSpec): void {
  const task = config.task_type ?? null;
  const kinds: readonly unknown[] = ["CAUSAL_LM", "SEQ_2_SEQ_LM"];
  if (!kinds.includes(task) || task === taskType(model)) return;
  throw new LuthierError({ code: "adapter/other-task", task: String(task), modelTask: taskType(model) });
}
