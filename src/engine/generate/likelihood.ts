import type { BatchDecoder, Lane } from "./batch-decoder";
import { argmax } from "./sampling";

/** A text with a mask of tokens to measure. */
export interface MeasuredText {
  /** The start of the text; with an encoder, its input. */
  readonly prompt: readonly number[];
  readonly answer: readonly number[];
  /** Mask over prompt (without an encoder) and answer. */
  readonly measured: readonly boolean[];
}

/** Likelihood of a text's measured tokens, each given those before it. */
export interface TextLikelihood {
  readonly index: number;
  /** Natural logarithms of the probabilities. */
  readonly logProbabilities: readonly number[];
  /** Number of tokens that were the most likely one. */
  readonly right: number;
}

interface TextLane extends Lane {
  readonly number: number;
  readonly index: number;
  readonly text: MeasuredText;
  readonly logProbabilities: number[];
  /** Index in `text.measured` of the decoder's first token. */
  readonly offset: number;
  /** The lane finishes here, after the last measured token. */
  readonly end: number;
  right: number;
}

/**
 * Measures texts in batches and yields them as they finish; a token without a predecessor is not measured. After an
 * abort no further pass starts. Errors: a text is longer than a lane.
 */
export async function* likelihoods(
  decoder: BatchDecoder,
  texts: readonly MeasuredText[],
  signal?: AbortSignal,
): AsyncGenerator<TextLikelihood, void> {
  const free = Array.from({ length: decoder.lanes }, (_, lane) => lane).reverse();
  const active = new Set<TextLane>();
  let begun = 0;
  decoder.begin();
  while (!signal?.aborted) {
    for (let lane = free.pop(); lane !== undefined; lane = free.pop()) {
      const text = texts[begun];
      if (!text) break;
      active.add(openText(decoder, lane, begun++, text));
    }
    if (active.size === 0) return;
    const read = await decoder.step([...active], ({ text, offset }, at) => isMeasured(text, offset + at + 1));
    for (const { lane, at, logits } of read) {
      const id = targetOf(lane, at);
      lane.logProbabilities.push(logProbability(logits, id));
      if (argmax(logits) === id) lane.right++;
    }
    for (const lane of [...active]) {
      if (lane.fed < lane.end) continue;
      active.delete(lane);
      free.push(lane.number);
      const { index, logProbabilities, right } = lane;
      yield { index, logProbabilities, right };
    }
  }
}

function openText(decoder: BatchDecoder, number: number, index: number, text: MeasuredText): TextLane {
  const { hasEncoder } = decoder;
  const whole = hasEncoder ? text.prompt : [...text.prompt, ...text.answer];
  const lane = decoder.open(number, whole);
  // With an encoder, the answer's first token is predicted from the start token.
  const ids = hasEncoder ? [...lane.ids, ...text.answer] : lane.ids;
  const offset = hasEncoder ? text.prompt.length - 1 : 0;
  const last = text.measured.lastIndexOf(true) - offset;
  const end = Math.max(0, Math.min(last, ids.length));
  return {
    ...lane,
    ids: ids.slice(0, end),
    number,
    index,
    text,
    logProbabilities: [],
    offset,
    end,
    right: 0,
  };
}

function isMeasured({ measured }: MeasuredText, place: number): boolean {
  return measured[place] === true;
}

function targetOf({ text: { prompt, answer }, offset }: TextLane, at: number): number {
  const place = offset + at + 1;
  return (place < prompt.length ? prompt[place] : answer[place - prompt.length]) ?? 0;
}

/** Log-softmax of the logits at an id. */
export function logProbability(logits: Float32Array, id: number): number {
  const top = logits[argmax(logits)] ?? 0;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - top);
  return (logits[id] ?? -Infinity) - top - Math.log(sum);
}
