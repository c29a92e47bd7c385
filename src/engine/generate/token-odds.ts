import { logProbability } from "./likelihood";

/** A token with its probability. */
export interface TokenOdds {
  readonly id: number;
  /** Softmax of the logits, without temperature, penalties or rules. */
  readonly probability: number;
}

/** A token's probability, and the most likely tokens at its position. */
export interface PlaceOdds extends TokenOdds {
  /** In descending order; ties by id. */
  readonly likeliest: readonly TokenOdds[];
}

/** The probabilities at a position, from the logits (vocabulary) before it, with the `count` most likely tokens. */
export function placeOdds(logits: Float32Array, id: number, count: number): PlaceOdds {
  const odds = (of: number): TokenOdds => ({ id: of, probability: Math.exp(logProbability(logits, of)) });
  return { ...odds(id), likeliest: largest(logits, count).map(odds) };
}

/** Ids of the `count` largest values, in descending order. */
function largest(values: Float32Array, count: number): number[] {
  const found: number[] = [];
  for (let id = 0; id < values.length; id++) {
    const value = values[id] ?? -Infinity;
    if (found.length === count && value <= (values[found.at(-1) ?? 0] ?? -Infinity)) continue;
    const place = found.findIndex((other) => (values[other] ?? -Infinity) < value);
    found.splice(place < 0 ? found.length : place, 0, id);
    if (found.length > count) found.pop();
  }
  return found;
}
