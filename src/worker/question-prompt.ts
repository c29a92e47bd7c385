import { continuedRowIds, promptIds, type PromptIds } from "../data/shape/conversation";
import type { RenderingId } from "../data/shape/prompt-template";
import type { Question } from "../protocol/commands";
import type { PromptTemplate } from "../shared/data";
import type { Tokenizer } from "../tokenizer/tokenizer";
import { type AdapterHost, templateOfAdapter } from "./kept-adapter";

/** Encodes a question; a dataset row is rendered as in training. */
export function questionPrompt(
  { row, messages }: Pick<Question, "row" | "messages">,
  templateId: RenderingId,
  tokenizer: Tokenizer,
): PromptIds {
  return row
    ? continuedRowIds(row, messages, templateId, tokenizer)
    : promptIds(messages, templateId, tokenizer);
}

/**
 * The template of each question: that of its adapter's run. The base model, and adapters without a run, use the other
 * side's, or else `fallback`.
 */
export async function questionTemplates(
  session: AdapterHost,
  questions: readonly Pick<Question, "adapterId">[],
  fallback: PromptTemplate,
): Promise<PromptTemplate[]> {
  const known = await Promise.all(
    questions.map(({ adapterId }) => (adapterId === null ? null : templateOfAdapter(session, adapterId))),
  );
  const shared = known.find((template) => template !== null) ?? fallback;
  return known.map((template) => template ?? shared);
}
