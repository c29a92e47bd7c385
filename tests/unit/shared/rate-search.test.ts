import { expect, test } from "vitest";
import { hasDiverged, SEARCH_STEPS, searchRate, suggestRate } from "../../../src/shared/rate-search";

const points = (lossOf: (rate: number) => number) =>
  Array.from({ length: SEARCH_STEPS }, (_, step) => {
    const rate = searchRate(step, 1e-6, 1);
    return { rate, loss: lossOf(rate) };
  });

test("learning rates rise geometrically from the lowest to the highest", () => {
  expect(searchRate(0, 1e-6, 1)).toBeCloseTo(1e-6, 12);
  expect(searchRate(SEARCH_STEPS - 1, 1e-6, 1)).toBeCloseTo(1, 12);
});

test("suggests the rate at which the loss falls fastest, not the lowest loss", () => {
  // Falls around 1e-3 and explodes beyond 1e-1.
  const search = points((rate) => 1 + 3 / (1 + rate / 1e-3) + (rate > 0.1 ? 100 * rate : 0));
  const suggestion = suggestRate(search);
  expect(suggestion).toBeGreaterThan(5e-4);
  expect(suggestion).toBeLessThan(1e-2);
  expect(hasDiverged(search)).toBe(true);
});

test("suggests nothing if the loss does not fall", () => {
  expect(suggestRate(points(() => 2))).toBeNull();
  expect(suggestRate([])).toBeNull();
  expect(hasDiverged([])).toBe(false);
});
