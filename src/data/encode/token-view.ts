import type { TokenView } from "../../shared/data";
import type { Row } from "../../shared/rows";
import { LEARN_EVERY, type LearnRule } from "../../shared/training";
import { tokenPieces } from "../../tokenizer/token-pieces";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import type { PromptIds } from "../shape/conversation";
import { cutRow, encodeWhole } from "./encode-row";
import type { RenderingId } from "../shape/prompt-template";

/** Tokens of a row for display, with their parts and supervision. */
export function tokenView(
  row: Row,
  templateId: RenderingId,
  tokenizer: Tokenizer,
  maxLength: number,
  rule: LearnRule = LEARN_EVERY,
): TokenView {
  const whole = encodeWhole(row, templateId, tokenizer, rule);
  const { ids, supervised, fullLength, isEndCut, notes, excluded } = cutRow(whole, maxLength);
  const pieces = tokenPieces([...ids], tokenizer);
  return {
    tokens: Array.from(ids, (id, index) => ({
      ...{ id, text: "", continues: false, ...pieces[index] },
      supervised: supervised[index] === 1,
      part: whole.encoded.parts[index] ?? "template",
      special: tokenizer.specialIds.has(id),
    })),
    // The rest of a text continues in the next block, so it is not truncated.
    truncated: row.kind !== "text" && fullLength > maxLength,
    endCut: row.kind !== "text" && isEndCut,
    ...notes,
    excluded,
  };
}

/** Tokens of a prompt for display. */
export function promptTokens(
  { ids, parts }: Pick<PromptIds, "ids" | "parts">,
  tokenizer: Tokenizer,
): TokenView["tokens"] {
  const pieces = tokenPieces(ids, tokenizer);
  return ids.map((id, index) => ({
    ...{ id, text: "", continues: false, ...pieces[index] },
    supervised: false,
    // Earlier answers are part of the prompt.
    part: parts[index] === "template" ? "template" : "prompt",
    special: tokenizer.specialIds.has(id),
  }));
}
