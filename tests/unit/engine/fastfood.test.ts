import { expect, test } from "vitest";
import {
  fastfoodKeys,
  fastfoodNormal,
  fastfoodPermutation,
  fastfoodSign,
} from "../../../src/engine/ops/fastfood-random";

const keys = fastfoodKeys(3);
const COUNT = 2 ** 16;

test("the permutation is a bijection for every length", () => {
  for (const bits of [1, 2, 3, 7, 16]) {
    const place = fastfoodPermutation(keys, bits);
    const places = new Set(Array.from({ length: 2 ** bits }, (_, i) => place(i)));
    expect(places.size, `${bits} bits`).toBe(2 ** bits);
    expect(Math.min(...places)).toBe(0);
    expect([...places].reduce((most, one) => Math.max(most, one), 0)).toBe(2 ** bits - 1);
  }
});

test("the permutation separates neighbours", () => {
  const place = fastfoodPermutation(keys, 16);
  const steps = new Set(Array.from({ length: COUNT - 1 }, (_, i) => place(i + 1) - place(i)));
  expect(steps.size).toBeGreaterThan(COUNT / 4);
});

test("the normal numbers have a normal's moments and quantiles", () => {
  const numbers = Array.from({ length: COUNT }, (_, i) => fastfoodNormal(keys, i));
  const moment = (power: number): number => numbers.reduce((sum, x) => sum + x ** power, 0) / COUNT;
  expect(Math.abs(moment(1))).toBeLessThan(0.02);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  const sorted = numbers.sort((a, b) => a - b);
  // Φ(1.644854) = 0.95, Φ(3.090232) = 0.999
  expect(Math.abs(sorted[Math.floor(0.95 * COUNT)]! - 1.644854)).toBeLessThan(0.04);
  expect(Math.abs(sorted[Math.floor(0.999 * COUNT)]! - 3.090232)).toBeLessThan(0.2);
});

test("signs fall evenly, and other seeds give other parts", () => {
  const signs = Array.from({ length: COUNT }, (_, i) => fastfoodSign(keys, i));
  expect(Math.abs(signs.reduce((sum, sign) => sum + sign, 0)) / COUNT).toBeLessThan(0.02);
  const others = fastfoodKeys(4);
  const same = signs.filter((sign, i) => sign === fastfoodSign(others, i)).length / COUNT;
  expect(Math.abs(same - 0.5)).toBeLessThan(0.02);
});
