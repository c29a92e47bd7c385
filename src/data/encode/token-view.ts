import type { Row, TemplateId, TokenView } from "../../shared/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { cutRow, encodeWhole } from "./encode-row";

/** A row as the page shows it: every token, what it is, and whether it is learned. */
export function tokenView(
  row: Row,
  templateId: TemplateId,
  tokenizer: Tokenizer,
  maxLength: number,
): TokenView {
  const whole = encodeWhole(row, templateId, tokenizer);
  const { ids, supervised, fullLength, isEndCut, notes, excluded } = cutRow(whole, maxLength);
  return {
    tokens: Array.from(ids, (id, index) => ({
      id,
      text: tokenizer.tokenText(id),
      supervised: supervised[index] === 1,
      part: whole.encoded.parts[index] ?? "template",
      special: tokenizer.specialIds.has(id),
    })),
    truncated: fullLength > maxLength,
    endCut: isEndCut,
    ...notes,
    excluded,
  };
}
