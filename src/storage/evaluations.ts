import { del, get } from "idb-keyval";
import type { Evaluation } from "../shared/scores";
import { guarded, openStore, putAll } from "./database";

/** The latest evaluation, by adapter id or {@link baseKey}. */
const evaluations = openStore("luthier-evaluations", "evaluations");

/** Key of a base model's own evaluation. */
export function baseKey(modelId: string): string {
  return `base:${modelId}`;
}

/** Saves an evaluation, replacing the previous one. Errors: LuthierError("storage"), keeping the previous one. */
export async function saveEvaluation(key: string, evaluation: Evaluation): Promise<void> {
  await guarded("evaluation-keep", () => putAll(evaluations, [[key, evaluation]]));
}

/** The latest evaluation under a key, or null. */
export async function loadEvaluation(key: string): Promise<Evaluation | null> {
  return (await guarded("evaluation-read", () => get<Evaluation>(key, evaluations))) ?? null;
}

/** Deletes an evaluation, if present. */
export async function deleteEvaluation(key: string): Promise<void> {
  await guarded("evaluation-keep", () => del(key, evaluations));
}
