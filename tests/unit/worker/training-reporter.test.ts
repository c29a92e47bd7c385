import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LoopReport } from "../../../src/engine/train/loop";
import type { TrainingReport } from "../../../src/protocol/events";
import { TrainingReporter } from "../../../src/worker/training-reporter";

const TOKENS = 50;
const STEP_MS = 500;

const step = (number: number): LoopReport => ({
  type: "step",
  step: number,
  epoch: 0,
  loss: 1,
  learningRate: 1e-3,
  gradNorm: 1,
  supervisedTokens: 9,
  finite: true,
});

describe("what a run reports", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => vi.useRealTimers());

  it("excludes pauses from its speed and time", () => {
    const sent: TrainingReport[] = [];
    const reporter = new TrainingReporter(
      (name, report) => {
        if (name === "training") sent.push(report as TrainingReport);
      },
      "run",
      10,
      () => 0,
    );
    const speed = (): unknown => {
      reporter.send("running");
      const { tokensPerSecond, remainingMs } = sent.at(-1) ?? {};
      return { tokensPerSecond, remainingMs };
    };
    const take = (number: number, afterMs: number): void => {
      vi.advanceTimersByTime(afterMs);
      reporter.add(step(number), TOKENS);
    };
    expect(speed()).toEqual({ tokensPerSecond: 0, remainingMs: null });
    take(1, STEP_MS);
    take(2, STEP_MS);
    expect(speed()).toEqual({ tokensPerSecond: 100, remainingMs: 8 * STEP_MS });
    reporter.excludePause();
    take(3, 60_000);
    expect(speed()).toEqual({ tokensPerSecond: 100, remainingMs: 7 * STEP_MS });
    take(4, 2 * STEP_MS);
    expect(speed()).toEqual({ tokensPerSecond: 50, remainingMs: 6 * 2 * STEP_MS });
  });
});
