import { describe, expect, it } from "vitest";
import { RunLog } from "../../../src/ui/lib/run-log";
import { en } from "../../../src/ui/text/en";
import { RunSeries } from "../../../src/ui/lib/run-series";

const step = (index: number, loss: number) => ({
  step: index,
  epoch: 0,
  loss,
  learningRate: 1e-3,
  gradNorm: 2,
  supervisedTokens: 10,
});

describe("RunSeries", () => {
  it("grows beyond its initial capacity", () => {
    const series = new RunSeries();
    for (let i = 1; i <= 1000; i++)
      series.append({ steps: [step(i, i / 2)], validation: [], totalSteps: 1000 });
    expect(series.step.values).toHaveLength(1000);
    expect(series.loss.values[999]).toBe(500);
    expect(series.step.last()).toBe(1000);
  });

  it("smooths over a twentieth of the run, without a bias towards zero", () => {
    const series = new RunSeries();
    const steps = [step(1, 3), step(2, 3), step(3, 1)];
    series.append({ steps, validation: [{ step: 3, loss: 2 }], totalSteps: 200 });
    const [first, second, third] = series.smoothLoss.values;
    expect(first).toBeCloseTo(3, 12);
    expect(second).toBeCloseTo(3, 12);
    // Memory of ten steps: (0.81·3 + 0.9·3 + 1) / (0.81 + 0.9 + 1)
    expect(third).toBeCloseTo(6.13 / 2.71, 12);
    expect([...series.validationLoss.values]).toEqual([2]);
    const short = new RunSeries();
    short.append({ steps, validation: [], totalSteps: 3 });
    // Memory of two steps: (0.25·3 + 0.5·3 + 1) / (0.25 + 0.5 + 1)
    expect(short.smoothLoss.last()).toBeCloseTo(3.25 / 1.75, 12);
  });

  it("clears a run", () => {
    const series = new RunSeries();
    series.append({ steps: [step(1, 9)], validation: [{ step: 1, loss: 9 }], totalSteps: 9 });
    series.clear();
    series.append({ steps: [step(1, 1)], validation: [], totalSteps: 9 });
    expect([...series.smoothLoss.values]).toEqual([1]);
    expect(series.validationStep.last()).toBeNull();
  });
});

describe("RunLog", () => {
  it("words the worker's log lines", () => {
    const log = new RunLog();
    const full = { code: "storage/full", task: "progress-keep" } as const;
    log.add(0, () => en.run.log.line({ kind: "stopping-early", measurements: 1 }));
    log.add(0, () => en.run.log.line({ kind: "samples-ended", problem: full }));
    expect(log.lines(en)[0]).toContain("has not improved in one evaluation.");
    expect(log.lines(en)[1]).toContain("No more sample answers: There is not enough storage left");
  });

  it("writes a line per step, and drops the oldest beyond its limit", () => {
    const log = new RunLog();
    log.addReport(0, { steps: [step(7, 1.5)], validation: [{ step: 7, loss: 2 }], totalSteps: 60 });
    expect(log.lines(en)[0]).toMatch(
      /^\d\d:\d\d:\d\d {2}step 7\/60 {2}loss 1\.500 {2}lr 0\.001 {2}grad norm 2\.00$/,
    );
    expect(log.lines(en)[1]).toContain("validation loss 2.000");
    for (let i = 0; i < 6000; i++) log.add(0, () => String(i));
    expect(log.lines(en).length).toBeLessThanOrEqual(5000);
    expect(log.lines(en).at(-1)).toContain("5999");
  });
});
