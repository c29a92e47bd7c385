import { LuthierError } from "../lib/errors";
import type { ActiveModel } from "./active";

/** Refuses tokens that the model has no embedding for, before they reach the GPU. */
export function checkIds(ids: Iterable<number>, { engine, tokenizer }: ActiveModel): void {
  const { vocabularySize } = engine.spec;
  for (const id of ids) {
    if (id < vocabularySize) continue;
    throw new LuthierError(
      "model",
      `The tokenizer writes "${tokenizer.tokenText(id)}" as token ${id}, but the model knows only ${vocabularySize} tokens.`,
      "Check that tokenizer.json belongs to this model; tokens that were added to it need a model that was resized for them.",
    );
  }
}
