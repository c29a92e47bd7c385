import { continuedRowIds, promptIds, type PromptIds } from "../data/shape/conversation";
import type { Question } from "../protocol/commands";
import type { TemplateId } from "../shared/data";
import type { Tokenizer } from "../tokenizer/tokenizer";
import { adapterTemplate, type AdapterHost } from "./kept-adapter";

/** Encodes a question, a dataset row as training rendered it. */
export function questionPrompt(
  { row, messages }: Pick<Question, "row" | "messages">,
  templateId: TemplateId,
  tokenizer: Tokenizer,
): PromptIds {
  return row
    ? continuedRowIds(row, messages, templateId, tokenizer)
    : promptIds(messages, templateId, tokenizer);
}

/**
 * The template of each question: the one that its adapter was trained with. The base model, and adapters of unknown
 * origin, are asked as the other side is, or else with `fallback`.
 */
export async function questionTemplates(
  session: AdapterHost,
  questions: readonly Pick<Question, "adapterId">[],
  fallback: TemplateId,
): Promise<TemplateId[]> {
  const known = await Promise.all(
    questions.map(({ adapterId }) => (adapterId === null ? null : adapterTemplate(session, adapterId))),
  );
  const shared = known.find((template) => template !== null) ?? fallback;
  return known.map((template) => template ?? shared);
}
