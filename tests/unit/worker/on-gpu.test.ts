import { expect, it } from "vitest";
import { cancelled, LuthierError } from "../../../src/lib/errors";
import { onGpu } from "../../../src/worker/jobs/on-gpu";

const lost = new LuthierError({ code: "device-lost/gpu", reason: "unknown", message: "" });
const never = new Promise<LuthierError>(() => undefined);
const session = (loss: Promise<LuthierError>) =>
  ({ gpu: () => Promise.resolve({ gpu: { lost: loss } }) }) as never;
const soon = (): Promise<LuthierError> => new Promise((resolve) => setTimeout(resolve, 20, lost));

it("reports a failed read-back as a lost device if the loss follows shortly after", async () => {
  const unread = new LuthierError({ code: "gpu/no-result" });
  await expect(onGpu(session(soon()), () => Promise.reject(unread))).rejects.toBe(lost);
  await expect(onGpu(session(soon()), () => Promise.reject(new TypeError("destroyed")))).rejects.toBe(lost);
  await expect(onGpu(session(never), () => Promise.reject(unread))).rejects.toBe(unread);
});

it("passes other failures on without waiting", async () => {
  const started = performance.now();
  for (const error of [
    cancelled(),
    new LuthierError({ code: "diverged", step: 3, loss: NaN, gradNorm: 1 }),
  ]) {
    await expect(onGpu(session(soon()), () => Promise.reject(error))).rejects.toBe(error);
  }
  expect(await onGpu(session(soon()), () => Promise.resolve(7))).toBe(7);
  expect(performance.now() - started).toBeLessThan(500);
});
