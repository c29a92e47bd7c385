import type { AnswerRules, SequenceBias } from "../../shared/answer-rules";

/** State of an answer. */
export interface AnswerState {
  /** Ids so far; without an encoder, prompt included. */
  readonly ids: readonly number[];
  /** Number of prompt ids at the start of `ids`. */
  readonly before: number;
  /** The encoder's input, or else the prompt. */
  readonly prompt: readonly number[];
  readonly endIds: ReadonlySet<number>;
  /** Whether the next token is the last one possible. */
  readonly isLast: boolean;
}

/** Applies in place the rules that precede the repetition penalties in transformers. */
export function applyFirstRules(
  scores: Float32Array,
  rules: AnswerRules,
  { ids, prompt }: AnswerState,
): void {
  addBiases(scores, rules.sequenceBias ?? [], ids);
  const { encoderRepetitionPenalty: penalty } = rules;
  if (penalty === undefined) return;
  for (const id of new Set(prompt)) {
    const score = scores[id] ?? 0;
    scores[id] = score < 0 ? score / penalty : score * penalty;
  }
}

/** Applies in place the rules that follow them, in transformers' order. */
export function applyLastRules(scores: Float32Array, rules: AnswerRules, state: AnswerState): void {
  const { ids, before, prompt, endIds, isLast } = state;
  const made = ids.length - before;
  if (rules.encoderNoRepeatNgramSize !== undefined)
    banContinuations(scores, prompt, ids, rules.encoderNoRepeatNgramSize);
  const isEnd = (word: readonly number[]): boolean => word.length === 1 && endIds.has(word[0] ?? -1);
  const banned = (rules.badWords ?? []).filter((word) => !isEnd(word));
  addBiases(
    scores,
    banned.map((word) => ({ ids: word, bias: -Infinity })),
    ids,
  );
  if (ids.length < (rules.minTotal ?? 0) || made < (rules.minNew ?? 0)) ban(scores, endIds);
  if (rules.forcedFirst !== undefined && ids.length === 1) force(scores, [rules.forcedFirst]);
  if (rules.forcedLast && isLast) force(scores, rules.forcedLast);
  if (rules.endDecay) raiseEnds(scores, endIds, rules.endDecay, made);
  ban(scores, rules.suppressed ?? []);
  // Index of the first token of the answer that is not forced.
  const first = before > 1 || rules.forcedFirst === undefined ? 0 : 1;
  if (made === first) ban(scores, rules.suppressedFirst ?? []);
}

/** Ids that the rules ban whatever the scores and the preceding text, after `made` tokens of a total of `total`. */
export function bannedIds(
  rules: AnswerRules | undefined,
  endIds: ReadonlySet<number>,
  made: number,
  total: number,
): readonly number[] {
  if (!rules) return [];
  const words = (rules.badWords ?? []).flatMap((word) => (word.length === 1 ? word : []));
  const isShort = total < (rules.minTotal ?? 0) || made < (rules.minNew ?? 0);
  return [...words.filter((id) => !endIds.has(id)), ...(rules.suppressed ?? []), ...(isShort ? endIds : [])];
}

function ban(scores: Float32Array, ids: Iterable<number>): void {
  for (const id of ids) if (id < scores.length) scores[id] = -Infinity;
}

function force(scores: Float32Array, ids: readonly number[]): void {
  scores.fill(-Infinity);
  for (const id of ids) if (id < scores.length) scores[id] = 0;
}

function addBiases(scores: Float32Array, biases: readonly SequenceBias[], ids: readonly number[]): void {
  for (const { ids: sequence, bias } of biases) {
    const last = sequence.at(-1);
    if (last === undefined || last >= scores.length) continue;
    const start = ids.length - (sequence.length - 1);
    if (start < 0 || sequence.slice(0, -1).some((id, at) => id !== ids[start + at])) continue;
    scores[last] = (scores[last] ?? 0) + bias;
  }
}

/** Bans tokens that would complete an n-gram of `text` at the end of `ids`. */
function banContinuations(
  scores: Float32Array,
  text: readonly number[],
  ids: readonly number[],
  size: number,
): void {
  if (ids.length + 1 < size) return;
  const tail = ids.slice(ids.length - (size - 1));
  for (let start = 0; start + size <= text.length; start++)
    if (tail.every((id, at) => id === text[start + at])) scores[text[start + size - 1] ?? 0] = -Infinity;
}

/** Exponential length penalty: the end token's score grows with each token. */
function raiseEnds(
  scores: Float32Array,
  endIds: ReadonlySet<number>,
  { start, factor }: { readonly start: number; readonly factor: number },
  made: number,
): void {
  if (made <= start) return;
  for (const id of endIds) {
    const score = scores[id] ?? -Infinity;
    if (Number.isFinite(score)) scores[id] = score + Math.abs(score) * (factor ** (made - start) - 1);
  }
}
