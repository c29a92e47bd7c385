import type { FinishReason } from "../../shared/generation";
import type { Random } from "../adapters/common/method";
import type { BatchDecoder, Lane } from "./batch-decoder";
import { type AnswerOptions, sampleToken } from "./sampling";

/** A prompt to answer. */
export interface BatchQuestion {
  readonly prompt: readonly number[];
  readonly endIds: ReadonlySet<number>;
  readonly options: AnswerOptions;
  /** Random numbers of this answer only. */
  readonly random: Random;
  /** Called with each token; a returned reason ends the answer after it. */
  ends?(id: number): FinishReason | null;
}

/** An answer, with the index of its question. */
export interface BatchAnswer {
  readonly index: number;
  readonly ids: readonly number[];
  readonly finish: FinishReason;
}

interface AnswerLane extends Lane {
  readonly number: number;
  readonly index: number;
  readonly question: BatchQuestion;
  readonly answer: number[];
  readonly budget: number;
}

/**
 * Answers questions in batches, with the same results as one at a time, and yields answers as they finish. After an
 * abort no further pass starts, and unfinished answers are dropped. Errors: a prompt leaves no room for an answer.
 */
export async function* answerAll(
  decoder: BatchDecoder,
  questions: readonly BatchQuestion[],
  signal?: AbortSignal,
): AsyncGenerator<BatchAnswer, void> {
  const free = Array.from({ length: decoder.lanes }, (_, lane) => lane).reverse();
  const active = new Set<AnswerLane>();
  let asked = 0;
  decoder.begin();
  while (!signal?.aborted) {
    for (let lane = free.pop(); lane !== undefined; lane = free.pop()) {
      const question = questions[asked];
      if (!question) break;
      active.add(openLane(decoder, lane, asked++, question));
    }
    if (active.size === 0) return;
    const ready = await decoder.step([...active], ({ ids }, at) => at === ids.length - 1);
    for (const { lane, logits } of ready) {
      const finish = takeToken(lane, logits);
      if (finish === null) continue;
      active.delete(lane);
      free.push(lane.number);
      yield { index: lane.index, ids: lane.answer, finish };
    }
  }
}

function openLane(decoder: BatchDecoder, number: number, index: number, question: BatchQuestion): AnswerLane {
  const { prompt, options } = question;
  const lane = decoder.open(number, prompt);
  const budget = Math.min(options.maxNewTokens, decoder.roomFor(prompt.length));
  return { ...lane, number, index, question, answer: [], budget };
}

/** Samples a lane's next token; returns the finish reason, or null. */
function takeToken({ ids, question, answer, budget }: AnswerLane, logits: Float32Array): FinishReason | null {
  const { prompt, options, endIds, random } = question;
  if (answer.length >= budget) return "length";
  const before = ids.length - answer.length;
  const state = { ids, before, prompt, endIds, isLast: answer.length + 1 === budget };
  const id = sampleToken(logits, state, options, () => random.uniform());
  if (endIds.has(id)) return "end-token";
  ids.push(id);
  answer.push(id);
  const ended = question.ends?.(id) ?? null;
  if (ended !== null) return ended;
  return answer.length >= budget ? "length" : null;
}
