import { expect, test } from "vitest";
import { prefillPieces } from "../../../src/engine/generate/plans";

const sizesOf = (tokens: number, sizes = [512, 128, 32]): number[] =>
  prefillPieces(tokens, sizes).map(({ size }) => size);

test("a prompt is read in the largest passes that it nearly fills", () => {
  expect(sizesOf(1)).toEqual([32]);
  expect(sizesOf(95)).toEqual([32, 32, 32]);
  expect(sizesOf(96)).toEqual([128]);
  expect(sizesOf(128)).toEqual([128]);
  expect(sizesOf(130)).toEqual([128, 32]);
  expect(sizesOf(384)).toEqual([512]);
  expect(sizesOf(700)).toEqual([512, 128, 32, 32]);
  expect(sizesOf(70, [32])).toEqual([32, 32, 32]);
});

test("pieces cover the prompt in order, and only the last is padded", () => {
  for (const tokens of [1, 31, 32, 33, 97, 383, 640, 1500]) {
    const pieces = prefillPieces(tokens, [512, 128, 32]);
    let next = 0;
    for (const { start, count } of pieces) {
      expect(start).toBe(next);
      next += count;
    }
    expect(next).toBe(tokens);
    for (const { size, count } of pieces.slice(0, -1)) expect(count).toBe(size);
  }
});
