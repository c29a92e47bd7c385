import type { TrainerGap } from "../../shared/exports";
import type { ExportSource } from "../entry";
import { modelQuantised } from "../quantised-base";

/** What differs because of the base model's files. */
export function baseGaps({ model, folder }: Pick<ExportSource, "model" | "folder">): TrainerGap[] {
  const gguf = folder.gguf ? (["base-gguf"] as const) : [];
  return [...gguf, ...(modelQuantised(model) ? (["base-quantised"] as const) : [])];
}
