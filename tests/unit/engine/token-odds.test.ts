import { describe, expect, it } from "vitest";
import { placeOdds } from "../../../src/engine/generate/token-odds";
import { makeRng } from "../../../src/lib/rng";

/** The softmax in float64, summed from the smallest on. */
function softmax(logits: Float32Array): number[] {
  const top = Math.max(...logits);
  const weights = [...logits].map((value) => Math.exp(value - top));
  const total = [...weights].sort((a, b) => a - b).reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

describe("a token's odds", () => {
  const rng = makeRng(4);
  it.each([1, 30, 200])("are the softmax of logits within ±%d", (spread) => {
    const logits = Float32Array.from({ length: 5000 }, () => (rng.uniform() - 0.5) * 2 * spread);
    const expected = softmax(logits);
    const { probability, likeliest } = placeOdds(logits, 17, 5);
    expect(Math.abs(probability / expected[17]! - 1)).toBeLessThan(1e-12);
    const order = expected.map((_, id) => id).sort((a, b) => logits[b]! - logits[a]! || a - b);
    expect(likeliest.map(({ id }) => id)).toEqual(order.slice(0, 5));
    for (const { id, probability: found } of likeliest)
      expect(Math.abs(found / expected[id]! - 1)).toBeLessThan(1e-12);
  });

  it("list equal tokens in order, and no more than there are", () => {
    const { probability, likeliest } = placeOdds(Float32Array.of(1, 2, 2, 1), 3, 9);
    expect(likeliest.map(({ id }) => id)).toEqual([1, 2, 0, 3]);
    expect(likeliest.at(-1)?.probability).toBe(probability);
  });

  it("of a banned token are zero", () => {
    expect(placeOdds(Float32Array.of(0, -Infinity), 1, 1)).toMatchObject({ probability: 0 });
  });
});
