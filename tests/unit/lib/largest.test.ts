import { expect, test } from "vitest";
import { markLargest } from "../../../src/lib/largest";

test("marks the requested number of largest values across all parts", () => {
  const parts = [
    Float32Array.of(0, 3, 1e-30, 7),
    Float32Array.of(2.5, 1e30, 0, 3.0000002),
    Float32Array.of(1e-42, 6),
  ];
  const marked = (count: number) => markLargest(parts, count).map((marks) => [...marks]);
  expect(marked(1)).toEqual([
    [0, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0],
  ]);
  expect(marked(4)).toEqual([
    [0, 0, 0, 1],
    [0, 1, 0, 1],
    [0, 1],
  ]);
  expect(marked(8)).toEqual([
    [0, 1, 1, 1],
    [1, 1, 0, 1],
    [1, 1],
  ]);
  expect(marked(10)).toEqual([
    [1, 1, 1, 1],
    [1, 1, 1, 1],
    [1, 1],
  ]);
});

test("marks the first of equal values", () => {
  const parts = [Float32Array.of(0, 5, 5), Float32Array.of(5, 0, 9)];
  expect(markLargest(parts, 3).map((marks) => [...marks])).toEqual([
    [0, 1, 1],
    [0, 0, 1],
  ]);
  expect(markLargest(parts, 5).map((marks) => [...marks])).toEqual([
    [1, 1, 1],
    [1, 0, 1],
  ]);
});

test("selects the same values as sorting", () => {
  const scores = Float32Array.from({ length: 5000 }, (_, i) => Math.abs(Math.sin(i * i)) ** 9);
  const sorted = [...scores].sort((a, b) => b - a);
  for (const count of [1, 17, 2500, 4999]) {
    const [marks] = markLargest([scores], count) as [Uint8Array];
    const chosen = scores.filter((_, i) => marks[i] === 1);
    expect([...chosen].sort((a, b) => b - a)).toEqual(sorted.slice(0, count));
  }
});
