import { expect, test } from "vitest";
import { chartSvg } from "../../../src/ui/lib/chart-image";
import { runCurve, smoothed } from "../../../src/ui/lib/run-curves";

const step = (number: number, loss: number, more = {}) => ({
  ...{ step: number, epoch: 0, loss, learningRate: 1e-4, gradNorm: 1, supervisedTokens: 5 },
  ...more,
});
const run = {
  steps: [1, 2, 3].map((number) => step(number, 4 - number, { tokens: 100, activeMs: number * 500 })),
  validation: [
    { step: 0, loss: 5 },
    { step: 2, loss: 3 },
  ],
};

test("draws curves against steps, tokens or time, with validations at their steps", () => {
  expect([...runCurve(run, "loss", "tokens").x]).toEqual([100, 200, 300]);
  expect([...runCurve(run, "validation", "time").x]).toEqual([0, 1]);
  expect([...runCurve(run, "speed", "step").y]).toEqual([200, 200]);
  const old = { steps: [step(1, 2)], validation: [] };
  expect(runCurve(old, "loss", "time").x).toHaveLength(0);
  expect([...runCurve(old, "loss", "step").y]).toEqual([2]);
});

test("smoothing starts at the first value and preserves a constant", () => {
  const even = smoothed({ x: Float64Array.of(1, 2, 3), y: Float64Array.of(2, 2, 2) }, 0.9);
  for (const value of even.y) expect(value).toBeCloseTo(2, 12);
});

test("a chart's SVG keeps its lines within the frame, and escapes a run's name", () => {
  const svg = chartSvg(
    {
      title: 'a "<b>"',
      lines: [
        { name: "<i>", color: "--c", width: 2, steps: Float64Array.of(1, 9), values: Float64Array.of(0, 10) },
      ],
      log: true,
      axis: { tick: String, at: String },
      format: String,
    },
    () => "#123456",
  );
  expect(svg).not.toMatch(/<[ib]>/);
  // On a logarithmic scale only positive values are drawn.
  expect(svg).toContain('d="M72 408"');
});
