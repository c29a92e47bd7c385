import { LuthierError } from "../../lib/errors";
import { sum } from "../../lib/numbers";
import type { RowExclusion } from "../../shared/data";
import type { LabelledRow, PreferenceRow, Row } from "../../shared/rows";
import { LEARN_EVERY, type LearnRule } from "../../shared/training";
import { isConversationProblem, type Tokenizer } from "../../tokenizer/tokenizer";
import { templateTraits } from "../shape/template-traits";
import { NO_NOTES, type Rendering, type RenderingNotes } from "../shape/rendering";
import { renderConversation } from "../shape/templates";
import { type Conversation, rowConversation, usesTools } from "../shape/turns";
import { documentIds } from "./document-ids";
import { encodeRendering, type EncodedParts } from "./encode-rendering";
import type { RenderingId } from "../shape/prompt-template";

/** A row encoded for training, in parallel arrays. */
export interface EncodedRow {
  readonly ids: Uint32Array;
  /** 1 for tokens that contribute to the loss. */
  readonly supervised: Uint8Array;
  /** Number of tokens before truncation. */
  readonly fullLength: number;
  /** Whether the supervised tokens include an end token, before truncation. */
  readonly hasEnd: boolean;
  /** Whether truncation removed the end token of a partially supervised answer. */
  readonly isEndCut: boolean;
  readonly notes: RenderingNotes;
  /** Why the row is excluded from training, or null. */
  readonly excluded: RowExclusion | null;
  /** Index of the dataset row in which it starts; absent if equal to its own index. */
  readonly row?: number;
  /**
   * For pairs, the rejected answer after the same prompt; for labelled answers, another row's (see
   * `withOthersAnswers`).
   */
  readonly rejected?: AnswerTokens;
  /** The label, for objectives on labelled answers. */
  readonly good?: boolean;
  /** For objectives on labelled answers, the untruncated answer from its first supervised token. */
  readonly answer?: AnswerTokens;
}

type AnswerTokens = Pick<EncodedRow, "ids" | "supervised">;

/** A row before truncation, or the reason for refusing it. */
export interface WholeRow {
  readonly encoded: EncodedParts;
  readonly endIds: readonly number[];
  readonly notes: RenderingNotes;
  readonly refusal: RowExclusion | null;
}

/**
 * Renders, tokenizes and right-truncates a row to `maxLength` tokens. Rows without a supervised token, and rows
 * rejected by the chat template, are excluded.
 * @throws LuthierError when a chat template is requested but missing or broken
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

/**
 * Encodes both answers of a preference, each after the prompt and right-truncated, as in TRL. A pair is excluded if one
 * of its answers has no supervised token left, and for the reasons of other rows.
 */
export function encodePair(
  row: Row,
  templateId: RenderingId,
  tokenizer: Tokenizer,
  maxLength: number,
  rule: LearnRule = LEARN_EVERY,
): EncodedRow {
  if (row.kind !== "preference") return cutRow(refused({ code: "data/no-preference" }), maxLength);
  const [chosen, rejected] = [row.chosen, row.rejected].map((answer) =>
    encodeRow({ ...row, chosen: answer }, templateId, tokenizer, maxLength, rule),
  ) as [EncodedRow, EncodedRow];
  return {
    ...chosen,
    fullLength: Math.max(chosen.fullLength, rejected.fullLength),
    hasEnd: chosen.hasEnd && rejected.hasEnd,
    isEndCut: chosen.isEndCut || rejected.isEndCut,
    excluded: chosen.excluded ?? rejected.excluded,
    rejected: { ids: rejected.ids, supervised: rejected.supervised },
  };
}

/**
 * Encodes the last answer of a labelled row, or both answers of a preference as good and bad, as TRL unpairs them.
 * Other rows are excluded.
 */
export function encodeLabelled(
  row: Row,
  templateId: RenderingId,
  tokenizer: Tokenizer,
  maxLength: number,
  { thoughts }: LearnRule = LEARN_EVERY,
): EncodedRow[] {
  const encode = (answered: LabelledRow | PreferenceRow, good: boolean): EncodedRow => {
    const rule = { learnFrom: answered.kind === "labelled" ? "last" : "every", thoughts } as const;
    const whole = encodeWhole(
      answered.kind === "labelled" ? { ...answered, good: true } : answered,
      templateId,
      tokenizer,
      rule,
    );
    const { ids, supervised } = whole.encoded;
    const start = Math.max(supervised.indexOf(true), 0);
    const answer = {
      ids: Uint32Array.from(ids.slice(start)),
      supervised: Uint8Array.from(supervised.slice(start), Number),
    };
    return { ...cutRow(whole, maxLength), good, answer };
  };
  if (row.kind === "labelled") return [encode(row, row.good)];
  if (row.kind === "preference") return [encode(row, true), encode({ ...row, chosen: row.rejected }, false)];
  return [cutRow(refused({ code: "data/no-label" }), maxLength)];
}

/** Truncates a row; see {@link encodeRow}. */
export function cutRow({ encoded, endIds, notes, refusal }: WholeRow, maxLength: number): EncodedRow {
  const fullLength = encoded.ids.length;
  const supervised = Uint8Array.from(encoded.supervised.slice(0, maxLength), Number);
  const hasEnd = encoded.ids.some((id, index) => encoded.supervised[index] && endIds.includes(id));
  return {
    ids: Uint32Array.from(encoded.ids.slice(0, maxLength)),
    supervised,
    fullLength,
    hasEnd,
    // The answer continues beyond the truncation.
    isEndCut: hasEnd && supervised[maxLength - 1] === 1 && encoded.supervised[maxLength] === true,
    notes,
    excluded: refusal ?? exclusion(supervised, fullLength, maxLength),
  };
}

/** Renders and tokenizes a row; for a text, the whole document. */
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
  const whole = encodeConversation(conversation, templateId, tokenizer);
  if (rule.learnFrom !== "all" || whole.refusal) return whole;
  if (tokenizer.splitsAnswers) return refused({ code: "data/text-needs-decoder" });
  return { ...whole, encoded: { ...whole.encoded, supervised: whole.encoded.ids.map(() => true) } };
}

function encodeConversation(
  conversation: Conversation,
  templateId: RenderingId,
  tokenizer: Tokenizer,
): WholeRow {
  try {
    const rendering = renderConversation(conversation, templateId, tokenizer);
    const encoded = encodeRendering(rendering, templateId, tokenizer);
    const notes = { ...rendering.notes, inBytes: isInBytes(rendering, encoded) };
    return { encoded, endIds: rendering.endIds, notes, refusal: null };
  } catch (error) {
    // A row that the template rejects is excluded; the rest of the dataset is still usable.
    if (isConversationProblem(error)) return refused(error.problem);
    if (error instanceof LuthierError && error.problem.code === "data/answer-not-written")
      return refused({ code: error.problem.code });
    throw error;
  }
}

/** Whether what is not of the template has more tokens than characters. */
function isInBytes(rendering: Rendering, { parts }: EncodedParts): boolean {
  const own = rendering.parts.filter(({ part }) => part !== "template");
  return parts.filter((part) => part !== "template").length > sum(own.map(({ text }) => text.length));
}

function encodeText(text: string, tokenizer: Tokenizer): WholeRow {
  if (tokenizer.splitsAnswers) return refused({ code: "data/text-needs-decoder" });
  const ids = documentIds(text, tokenizer, { isStart: true, isEnd: true });
  const encoded = { ids, supervised: ids.map(() => true), parts: ids.map(() => "answer" as const) };
  const notes = { ...NO_NOTES, inBytes: ids.length > text.length };
  return { encoded, endIds: tokenizer.eosIds, notes, refusal: null };
}

function takesCalls(templateId: RenderingId, tokenizer: Tokenizer): boolean {
  return templateId === "chat" && templateTraits(tokenizer).takesCalls;
}

function refused(refusal: RowExclusion): WholeRow {
  return { encoded: { ids: [], supervised: [], parts: [] }, endIds: [], notes: NO_NOTES, refusal };
}

function exclusion(supervised: Uint8Array, fullLength: number, maxLength: number): RowExclusion | null {
  // The first token has no predecessor to be predicted from.
  if (supervised.subarray(1).includes(1)) return null;
  if (fullLength > maxLength) return { code: "data/question-fills-row", maxLength };
  return { code: "data/nothing-to-learn" };
}
