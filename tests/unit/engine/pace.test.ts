import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace } from "../../../src/engine/gpu/pace";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance", "setTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** A queue that finishes after this many milliseconds. */
const doneAfter = (milliseconds: number) => ({
  onSubmittedWorkDone: () =>
    new Promise<undefined>((done) => setTimeout(() => done(undefined), milliseconds)),
});

async function run(pace: Pace, flops: number, milliseconds: number): Promise<void> {
  pace.measure(flops, performance.now(), doneAfter(milliseconds));
  await vi.advanceTimersByTimeAsync(milliseconds);
}

test("a submit holds what the GPU does in 50 ms", async () => {
  const pace = new Pace(false);
  const first = pace.sliceFlops;
  expect(first).toBeLessThanOrEqual(2e9);
  // 1 TFLOP/s: 5e10 in 50 ms; one measurement raises the limit by at most eight times.
  await run(pace, 1e10, 10);
  expect(pace.sliceFlops).toBe(8 * first);
  await run(pace, 1e11, 100);
  expect(pace.sliceFlops).toBe(5e10);
  // A slow one lowers it at once.
  await run(pace, 1e10, 1000);
  expect(pace.sliceFlops).toBe(5e8);
});

test("only runs that had the queue to themselves count", async () => {
  const pace = new Pace(false);
  pace.measure(1e9, performance.now(), doneAfter(10));
  pace.measure(1e9, performance.now(), doneAfter(1000));
  await vi.advanceTimersByTimeAsync(1000);
  expect(pace.sliceFlops).toBe(5e9);
});

test("small runs and lost devices are not measured", async () => {
  const pace = new Pace(false);
  const first = pace.sliceFlops;
  await run(pace, 1e6, 100);
  pace.measure(1e9, performance.now(), { onSubmittedWorkDone: () => Promise.reject(new Error("lost")) });
  await vi.advanceTimersByTimeAsync(100);
  expect(pace.sliceFlops).toBe(first);
});
