import { logProbability } from "./likelihood";

/** A token and how likely it was. */
export interface TokenOdds {
  readonly id: number;
  /** Of 0 to 1, by the softmax of the logits: without temperature, penalties or rules. */
  readonly probability: number;
}

/** How likely a token was, and the likeliest in its place. */
export interface PlaceOdds extends TokenOdds {
  /** Likeliest first; of equal ones the lowest id. */
  readonly likeliest: readonly TokenOdds[];
}

/** The odds of a token by the logits (vocabulary) before it, with `count` likeliest tokens. */
export function placeOdds(logits: Float32Array, id: number, count: number): PlaceOdds {
  const odds = (of: number): TokenOdds => ({ id: of, probability: Math.exp(logProbability(logits, of)) });
  return { ...odds(id), likeliest: largest(logits, count).map(odds) };
}

/** Ids of the `count` largest values, the largest first. */
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
