import type { GenerationOptions } from "../../shared/generation";

/**
 * The next token from logits under transformers' processors, in transformers' order: repetition penalty, banned
 * n-grams, temperature, top-k, top-p. `previous` are all ids so far, prompt included; `uniform` is in [0, 1).
 */
export function sampleToken(
  logits: Float32Array,
  previous: readonly number[],
  options: GenerationOptions,
  uniform: () => number,
): number {
  const scores = Float32Array.from(logits);
  penaliseRepetition(scores, previous, options.repetitionPenalty);
  banRepeatedNgrams(scores, previous, options.noRepeatNgramSize);
  if (options.temperature === 0) return argmax(scores);
  const kept = keepLikely(scores, options);
  return draw(kept, uniform());
}

/** The place of the largest value; the first of equals. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++)
    if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i;
  return best;
}

function penaliseRepetition(scores: Float32Array, previous: readonly number[], penalty: number): void {
  if (penalty === 1) return;
  for (const id of new Set(previous)) {
    const score = scores[id] ?? 0;
    scores[id] = score < 0 ? score * penalty : score / penalty;
  }
}

/** Bans every token that would complete an n-gram that is already there. */
function banRepeatedNgrams(scores: Float32Array, previous: readonly number[], size: number): void {
  if (size === 0 || previous.length + 1 < size) return;
  const tail = previous.slice(previous.length - (size - 1)).join();
  for (let start = 0; start + size <= previous.length; start++) {
    if (size > 1 && previous.slice(start, start + size - 1).join() !== tail) continue;
    scores[previous[start + size - 1] ?? 0] = -Infinity;
  }
}

interface Candidate {
  readonly id: number;
  readonly probability: number;
}

/** Probabilities of what top-k and top-p leave, most likely first. */
function keepLikely(scores: Float32Array, { temperature, topK, topP }: GenerationOptions): Candidate[] {
  const ids = Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const top = topK > 0 ? ids.slice(0, topK) : ids;
  const largest = scores[top[0] ?? 0] ?? 0;
  const weights = top.map((id) => Math.exp(((scores[id] ?? -Infinity) - largest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kept: Candidate[] = [];
  let mass = 0;
  for (const [index, id] of top.entries()) {
    if (mass >= topP && kept.length > 0) break;
    const probability = (weights[index] ?? 0) / total;
    kept.push({ id, probability });
    mass += probability;
  }
  return kept;
}

function draw(candidates: readonly Candidate[], uniform: number): number {
  const total = candidates.reduce((sum, { probability }) => sum + probability, 0);
  let rest = uniform * total;
  for (const { id, probability } of candidates) {
    rest -= probability;
    if (rest < 0) return id;
  }
  return candidates.at(-1)?.id ?? 0;
}
