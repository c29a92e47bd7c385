import { LuthierError } from "../../lib/errors";
import type { RowExclusion } from "../../shared/data";
import type { Row } from "../../shared/rows";
import { LEARN_EVERY, type LearnRule } from "../../shared/training";
import { isConversationProblem, type Tokenizer } from "../../tokenizer/tokenizer";
import { chatManner } from "../shape/chat-manner";
import { NO_NOTES, type RenderingNotes } from "../shape/rendering";
import { renderConversation } from "../shape/templates";
import { type Conversation, rowConversation, usesTools } from "../shape/turns";
import { documentIds } from "./document-ids";
import { encodeRendering, type EncodedParts } from "./encode-rendering";
import type { RenderingId } from "../shape/prompt-template";

/** A row ready to train on. Arrays run side by side, one entry a token. */
export interface EncodedRow {
  readonly ids: Uint32Array;
  /** 1 where the token is learned. */
  readonly supervised: Uint8Array;
  /** Tokens before the row was cut. */
  readonly fullLength: number;
  /** Whether an end token is among what is learned, before the row was cut. */
  readonly hasEnd: boolean;
  /** Whether the cut took the end token of an answer whose beginning is learned. */
  readonly isEndCut: boolean;
  readonly notes: RenderingNotes;
  /** Why the row takes no part in training, or null. */
  readonly excluded: RowExclusion | null;
  /** The dataset's row, from 0, in which it begins; absent where it has the same place in its list. */
  readonly row?: number;
}

/** All tokens of a row, or none and the reason for which it cannot be learned. */
export interface WholeRow {
  readonly encoded: EncodedParts;
  readonly endIds: readonly number[];
  readonly notes: RenderingNotes;
  readonly refusal: RowExclusion | null;
}

/**
 * Renders, tokenises and cuts a row to `maxLength` tokens (the right end goes). A row none of whose answer is left is
 * excluded, and so is one that the chat template refuses.
 * @throws LuthierError when a chat template is asked for and the model has none, or a broken one
 */
export function encodeRow(
  row: Row,
  templateId: RenderingId,
  tokenizer: Tokenizer,
  maxLength: number,
  rule: LearnRule = LEARN_EVERY,
): EncodedRow {
  return cutRow(encodeWhole(row, templateId, tokenizer, rule), maxLength);
}

/** See {@link encodeRow}. */
export function cutRow({ encoded, endIds, notes, refusal }: WholeRow, maxLength: number): EncodedRow {
  const fullLength = encoded.ids.length;
  const supervised = Uint8Array.from(encoded.supervised.slice(0, maxLength), Number);
  const hasEnd = encoded.ids.some((id, index) => encoded.supervised[index] && endIds.includes(id));
  return {
    ids: Uint32Array.from(encoded.ids.slice(0, maxLength)),
    supervised,
    fullLength,
    hasEnd,
    // An answer that is cut goes on behind the cut.
    isEndCut: hasEnd && supervised[maxLength - 1] === 1 && encoded.supervised[maxLength] === true,
    notes,
    excluded: refusal ?? exclusion(supervised, fullLength, maxLength),
  };
}

/** Renders and tokenises a row; of a text the whole document. */
export function encodeWhole(
  row: Row,
  templateId: RenderingId,
  tokenizer: Tokenizer,
  rule: LearnRule = LEARN_EVERY,
): WholeRow {
  if (row.kind === "text") return encodeText(row.text, tokenizer);
  if (row.kind === "labelled" && !row.good) return refused({ code: "data/found-bad" });
  const conversation = rowConversation(row, rule);
  if (usesTools(conversation) && !takesCalls(templateId, tokenizer))
    return refused({ code: "data/template-without-tools" });
  return encodeConversation(conversation, templateId, tokenizer);
}

function encodeConversation(
  conversation: Conversation,
  templateId: RenderingId,
  tokenizer: Tokenizer,
): WholeRow {
  try {
    const rendering = renderConversation(conversation, templateId, tokenizer);
    const encoded = encodeRendering(rendering, templateId, tokenizer);
    return { encoded, endIds: rendering.endIds, notes: rendering.notes, refusal: null };
  } catch (error) {
    // One row that does not suit the template is no reason to stop for all the others.
    if (isConversationProblem(error)) return refused(error.problem);
    if (error instanceof LuthierError && error.problem.code === "data/answer-not-written")
      return refused({ code: error.problem.code });
    throw error;
  }
}

function encodeText(text: string, tokenizer: Tokenizer): WholeRow {
  if (tokenizer.splitsAnswers) return refused({ code: "data/text-needs-decoder" });
  const ids = documentIds(text, tokenizer, { isStart: true, isEnd: true });
  const encoded = { ids, supervised: ids.map(() => true), parts: ids.map(() => "answer" as const) };
  return { encoded, endIds: tokenizer.eosIds, notes: NO_NOTES, refusal: null };
}

function takesCalls(templateId: RenderingId, tokenizer: Tokenizer): boolean {
  return templateId === "chat" && chatManner(tokenizer).takesCalls;
}

function refused(refusal: RowExclusion): WholeRow {
  return { encoded: { ids: [], supervised: [], parts: [] }, endIds: [], notes: NO_NOTES, refusal };
}

function exclusion(supervised: Uint8Array, fullLength: number, maxLength: number): RowExclusion | null {
  // The first token of a row has nothing before it to be predicted from.
  if (supervised.subarray(1).includes(1)) return null;
  if (fullLength > maxLength) return { code: "data/question-fills-row", maxLength };
  return { code: "data/nothing-to-learn" };
}
