import { expect, it } from "vitest";
import { chanceLoss } from "../../../src/worker/chance";

const history = (...losses: number[]) => ({
  steps: losses.map((loss, index) => ({
    ...{ step: index + 1, epoch: 0, loss },
    ...{ learningRate: 1, gradNorm: 1, supervisedTokens: 1 },
  })),
  validation: [],
});
const vocabulary = 4096;
const chance = Math.log(vocabulary);

it("reports a run that ends at chance loss", () => {
  expect(chanceLoss(history(2.1, ...Array<number>(10).fill(chance - 0.05)), vocabulary, null)).toBe(chance);
  expect(chanceLoss(history(11), vocabulary, null)).toBe(chance);
});

it("does not report a run that learned, whatever its first or any single loss", () => {
  expect(chanceLoss(history(9, 8.5, 7, 5, 4, 3, 2, 2, 2, 2, 2, 9), vocabulary, null)).toBeNull();
  expect(chanceLoss(history(), vocabulary, null)).toBeNull();
});

it("uses the values that were kept", () => {
  expect(chanceLoss(history(9, 9), vocabulary, 3)).toBeNull();
  expect(chanceLoss(history(2, 2), vocabulary, 9)).toBe(chance);
});
