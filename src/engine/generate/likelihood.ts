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

/** Results for a text's measured tokens, in order, with the text's index. */
export interface TextMeasures<T> {
  readonly index: number;
  readonly measures: readonly T[];
}

interface TextLane<T> extends Lane {
  readonly number: number;
  readonly index: number;
  readonly text: MeasuredText;
  readonly measures: T[];
  /** Index in `text.measured` of the decoder's first token. */
  readonly offset: number;
  /** The lane finishes here, after the last measured token. */
  readonly end: number;
}

/** Measures texts in batches and yields them as they finish, as {@link measureTexts} does. */
export async function* likelihoods(
  decoder: BatchDecoder,
  texts: readonly MeasuredText[],
  signal?: AbortSignal,
): AsyncGenerator<TextLikelihood, void> {
  const measure = (logits: Float32Array, id: number): { logProbability: number; isRight: boolean } => {
    return { logProbability: logProbability(logits, id), isRight: argmax(logits) === id };
  };
  for await (const { index, measures } of measureTexts(decoder, texts, measure, signal)) {
    yield {
      index,
      logProbabilities: measures.map((found) => found.logProbability),
      right: measures.filter(({ isRight }) => isRight).length,
    };
  }
}

/**
 * Applies a function to the logits (vocabulary) before each measured token, in batches, and yields texts as they
 * finish; a token without a predecessor is not measured. After an abort no further pass starts. Errors: a text is
 * longer than a lane.
 */
export async function* measureTexts<T>(
  decoder: BatchDecoder,
  texts: readonly MeasuredText[],
  measure: (logits: Float32Array, id: number) => T,
  signal?: AbortSignal,
): AsyncGenerator<TextMeasures<T>, void> {
  const free = Array.from({ length: decoder.lanes }, (_, lane) => lane).reverse();
  const active = new Set<TextLane<T>>();
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
    for (const { lane, at, logits } of read) lane.measures.push(measure(logits, targetOf(lane, at)));
    for (const lane of [...active]) {
      if (lane.fed < lane.end) continue;
      active.delete(lane);
      free.push(lane.number);
      yield { index: lane.index, measures: lane.measures };
    }
  }
}

function openText<T>(decoder: BatchDecoder, number: number, index: number, text: MeasuredText): TextLane<T> {
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
    measures: [],
    offset,
    end,
  };
}

function isMeasured({ measured }: MeasuredText, place: number): boolean {
  return measured[place] === true;
}

function targetOf({ text: { prompt, answer }, offset }: TextLane<unknown>, at: number): number {
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
