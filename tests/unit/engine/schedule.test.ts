import { expect, test } from "vitest";
import { fittingWarmup, scheduleFactor } from "../../../src/engine/train/schedule";
import { type Schedule, SCHEDULES } from "../../../src/shared/training";
import { readJson } from "../../support/golden";

interface ScheduleGolden {
  readonly schedule: Schedule;
  readonly warmup_steps: number;
  readonly total_steps: number;
  readonly factors: readonly number[];
}

const goldens = readJson<ScheduleGolden[]>("schedules.json");

test("every schedule has a golden", () => {
  expect(new Set(goldens.map(({ schedule }) => schedule))).toEqual(new Set(SCHEDULES));
});

test.each(goldens.map((golden) => [golden.schedule, golden.warmup_steps, golden] as const))(
  "%s with %i warm-up steps matches transformers' schedule",
  (schedule, warmup, { total_steps, factors }) => {
    expect(factors.length).toBeGreaterThan(0);
    factors.forEach((factor, step) => {
      expect(scheduleFactor(schedule, step, warmup, total_steps), `step ${step}`).toBeCloseTo(factor, 12);
    });
  },
);

test("a warm-up longer than the run never exceeds its peak", () => {
  const factors = [0, 1, 2, 3].map((step) => scheduleFactor("cosine", step, 8, 4));
  expect(factors).toEqual([0, 1 / 8, 2 / 8, 3 / 8]);
});

test.each([
  [5, 1, 0],
  [5, 5, 0],
  [5, 6, 5],
  [100, 30, 3],
  [0, 3, 0],
])("a warm-up of %i steps is part of a run of %i", (asked, total, taken) => {
  expect(fittingWarmup(asked, total)).toBe(taken);
  const factors = Array.from({ length: total }, (_, step) => scheduleFactor("constant", step, taken, total));
  expect(Math.max(...factors)).toBe(1);
});
