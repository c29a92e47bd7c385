import { del, get } from "idb-keyval";
import type { Evaluation } from "../shared/scores";
import { guarded, openStore, putAll } from "./database";

/** The latest evaluation by the adapter's id, or by {@link baseKey}. */
const evaluations = openStore("luthier-evaluations", "evaluations");

/** The key of a base model's own evaluation. */
export function baseKey(modelId: string): string {
  return `base:${modelId}`;
}

/** Keeps an evaluation in place of the one before. Errors: LuthierError("storage"); the one before then stays. */
export async function saveEvaluation(key: string, evaluation: Evaluation): Promise<void> {
  await guarded("evaluation-keep", () => putAll(evaluations, [[key, evaluation]]));
}

/** The latest evaluation under a key, or null. */
export async function loadEvaluation(key: string): Promise<Evaluation | null> {
  return (await guarded("evaluation-read", () => get<Evaluation>(key, evaluations))) ?? null;
}

/** Forgets an evaluation; nothing happens when there is none. */
export async function deleteEvaluation(key: string): Promise<void> {
  await guarded("evaluation-keep", () => del(key, evaluations));
}
