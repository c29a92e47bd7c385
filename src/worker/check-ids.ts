import { LuthierError } from "../lib/errors";
import type { ActiveModel } from "./active";

/** Rejects token ids without an embedding before they reach the GPU. */
export function checkIds(ids: Iterable<number>, { engine, tokenizer }: ActiveModel): void {
  const { vocabularySize } = engine.spec;
  for (const id of ids) {
    if (id < vocabularySize) continue;
    const token = tokenizer.tokenText(id);
    throw new LuthierError({ code: "model/unknown-token", token, id, vocabularySize });
  }
}
