import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { QueuePoller } from "../../../src/engine/gpu/queue-poller";

/** A browser that checks for finished work at submits, and otherwise only every 100 ms. */

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A queue that records the times of submits; `lists` are the submitted command lists. */
function makeQueue(): { queue: GPUQueue; times: number[]; lists: unknown[] } {
  const [times, lists]: [number[], unknown[]] = [[], []];
  const submit = (list: unknown): void => {
    times.push(performance.now());
    lists.push(list);
  };
  return { queue: { submit } as unknown as GPUQueue, times, lists };
}

const never = (): Promise<void> => new Promise(() => {});
const after = (ms: number): Promise<string> =>
  new Promise((resolve) => setTimeout(() => resolve("done"), ms));

test("submits empty commands while a promise is pending, and passes its value on", async () => {
  const { queue, times, lists } = makeQueue();
  const waited = new QueuePoller(queue).awaitWork(after(5.5));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await waited).toBe("done");
  expect(times.length).toBeGreaterThanOrEqual(3);
  expect(Math.max(...times)).toBeLessThanOrEqual(times[0]! + 5.5);
  expect(lists.every((list) => Array.isArray(list) && list.length === 0)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("stops at a rejection, and passes it on", async () => {
  const { queue, times } = makeQueue();
  const refused = new QueuePoller(queue).awaitWork(Promise.reject(new Error("lost")));
  await expect(refused).rejects.toThrow("lost");
  await vi.advanceTimersByTimeAsync(1000);
  expect(times).toEqual([]);
});

test("delays a wait by an eighth at most, up to the browser's own polling interval", async () => {
  const { queue, times } = makeQueue();
  const started = performance.now();
  void new QueuePoller(queue).awaitWork(never());
  await vi.advanceTimersByTimeAsync(60_000);
  const waits = times.map((time) => time - started);
  waits.forEach((wait, i) => {
    const before = waits[i - 1] ?? 0;
    expect(wait - before, `after ${before} ms`).toBeLessThanOrEqual(Math.max(1, before / 8) + 1);
  });
  expect(waits.at(-1)).toBeGreaterThan(700);
  expect(waits.length).toBeLessThan(70);
  expect(vi.getTimerCount()).toBe(0);
});

test("concurrent waits share one schedule, which restarts after each completion", async () => {
  const { queue, times } = makeQueue();
  const poller = new QueuePoller(queue);
  const waits = [poller.awaitWork(after(400)), poller.awaitWork(after(402))];
  await vi.advanceTimersByTimeAsync(399);
  const early = times.length;
  expect(early).toBeLessThan(60);
  await vi.advanceTimersByTimeAsync(2);
  expect(times.length).toBeGreaterThan(early);
  await vi.advanceTimersByTimeAsync(1000);
  await Promise.all(waits);
  expect(vi.getTimerCount()).toBe(0);
});
