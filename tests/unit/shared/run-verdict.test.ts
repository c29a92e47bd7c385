import { describe, expect, it } from "vitest";
import { hasForgotten, judgeRun } from "../../../src/shared/run-verdict";

const curve = (steps: readonly number[], lossAt: (step: number) => number) => ({
  steps,
  losses: steps.map(lossAt),
});
const upTo = (last: number, every = 1) =>
  Array.from({ length: Math.floor(last / every) + 1 }, (_, index) => index * every);
const falling = (step: number) => 0.1 + 5 * Math.exp(-step / 40);

describe("the verdict on a run", () => {
  it('is "still learning" while the held-out loss falls, and suggests half as many steps again', () => {
    const verdict = judgeRun(curve(upTo(30), falling), curve(upTo(30, 6), falling));
    expect(verdict).toEqual({ kind: "still-learning", moreSteps: 20 });
    expect(judgeRun(curve(upTo(120), falling), curve(upTo(120, 6), falling))).toEqual({
      kind: "still-learning",
      moreSteps: 60,
    });
  });

  it('is "flat" once the loss hardly falls, or is close to zero', () => {
    expect(judgeRun(curve(upTo(400), falling), curve(upTo(400, 20), falling))).toEqual({ kind: "flat" });
    const tiny = (step: number) => 0.02 / (1 + step);
    expect(judgeRun(curve(upTo(60), tiny), curve(upTo(60, 6), tiny))).toEqual({ kind: "flat" });
  });

  it('is "overfits" only if the held-out loss rises while the training loss falls', () => {
    const held = (step: number) => falling(Math.min(step, 60)) + Math.max(0, step - 60) / 100;
    const verdict = judgeRun(curve(upTo(120), falling), curve(upTo(120, 6), held));
    expect(verdict).toMatchObject({ kind: "overfitted", bestStep: 60 });
    // Both rising is a rate that is too high, and no overfitting.
    expect(judgeRun(curve(upTo(120), held), curve(upTo(120, 6), held))?.kind).not.toBe("overfitted");
  });

  it("uses the training loss without held-out rows, and needs more than a few steps", () => {
    const none = curve([], falling);
    expect(judgeRun(curve(upTo(40), falling), none)).toEqual({ kind: "still-learning", moreSteps: 20 });
    expect(judgeRun(curve(upTo(800), falling), none)).toEqual({ kind: "flat" });
    expect(judgeRun(curve(upTo(4), falling), none)).toBeNull();
  });
});

it("reports forgetting for a clear rise of the everyday loss", () => {
  expect(hasForgotten({ before: 1.75, after: 13.8 })).toBe(true);
  expect(hasForgotten({ before: 1.75, after: 2.1 })).toBe(false);
});
