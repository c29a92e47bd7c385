import type { Row, TemplateId, TokenView } from "../../spec/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { encodeRow, encodeWhole } from "./encode-row";

/** A row as the page shows it: every token, what it is, and whether it is learned. */
export function tokenView(
  row: Row,
  templateId: TemplateId,
  tokenizer: Tokenizer,
  maxLength: number,
): TokenView {
  const { ids, supervised, fullLength, excluded } = encodeRow(row, templateId, tokenizer, maxLength);
  const { parts } = encodeWhole(row, templateId, tokenizer).encoded;
  return {
    tokens: Array.from(ids, (id, index) => ({
      id,
      text: tokenizer.tokenText(id),
      supervised: supervised[index] === 1,
      part: parts[index] ?? "template",
      special: tokenizer.specialIds.has(id),
    })),
    truncated: fullLength > maxLength,
    excluded,
  };
}
