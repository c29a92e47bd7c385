import { LuthierError } from "../../lib/errors";
import type { Row, TemplateId } from "../../spec/data";
import type { Tokenizer } from "../../tokenizer/tokenizer";
import { renderConversation } from "../shape/templates";
import { rowConversation } from "../shape/turns";
import { encodeParts, type EncodedParts } from "./encode-parts";

/** A row ready to train on. Arrays run side by side, one entry a token. */
export interface EncodedRow {
  readonly ids: Uint32Array;
  /** 1 where the token is learned. */
  readonly supervised: Uint8Array;
  /** Tokens before the row was cut. */
  readonly fullLength: number;
  /** Whether an end token is among what is learned, before the row was cut. */
  readonly hasEnd: boolean;
  /** Why the row takes no part in training, or null. */
  readonly excluded: string | null;
}

/**
 * Renders, tokenises and cuts a row to `maxLength` tokens (the right end goes). A row none of whose answer is left is
 * excluded, and so is one that the chat template refuses.
 * @throws LuthierError("model") when the model has no chat template and one is asked for
 */
export function encodeRow(
  row: Row,
  templateId: TemplateId,
  tokenizer: Tokenizer,
  maxLength: number,
): EncodedRow {
  const { encoded, refusal } = encodeWhole(row, templateId, tokenizer);
  const fullLength = encoded.ids.length;
  const supervised = Uint8Array.from(encoded.supervised.slice(0, maxLength), Number);
  return {
    ids: Uint32Array.from(encoded.ids.slice(0, maxLength)),
    supervised,
    fullLength,
    hasEnd: encoded.ids.some((id, index) => encoded.supervised[index] && tokenizer.eosIds.includes(id)),
    excluded: refusal ?? exclusion(supervised, fullLength, maxLength),
  };
}

/** All tokens of a row, or none and the reason for which the template refuses it. */
export function encodeWhole(
  row: Row,
  templateId: TemplateId,
  tokenizer: Tokenizer,
): { encoded: EncodedParts; refusal: string | null } {
  try {
    const parts = renderConversation(rowConversation(row), templateId, tokenizer);
    return { encoded: encodeParts(parts, templateId, tokenizer), refusal: null };
  } catch (error) {
    // One row that does not suit the template is no reason to stop for all the others.
    if (!(error instanceof LuthierError) || error.code !== "data") throw error;
    return { encoded: { ids: [], supervised: [], parts: [] }, refusal: error.what };
  }
}

function exclusion(supervised: Uint8Array, fullLength: number, maxLength: number): string | null {
  // The first token of a row has nothing before it to be predicted from.
  if (supervised.subarray(1).includes(1)) return null;
  if (fullLength > maxLength)
    return `The question alone fills the ${maxLength} tokens, so no part of the answer fits.`;
  return "The row has no answer to learn.";
}
