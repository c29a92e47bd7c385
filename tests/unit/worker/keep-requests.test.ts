import { describe, expect, it } from "vitest";
import { KeepRequests } from "../../../src/worker/keep-requests";

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await new Promise((resolve) => setTimeout(resolve));
  return settled;
}

describe("a request to keep the run", () => {
  it("waits for the run's checkpoint, and returns at once without a run", async () => {
    const requests = new KeepRequests();
    expect(await isSettled(requests.ask())).toBe(true);
    requests.begin();
    const asked = [requests.ask(), requests.ask()];
    expect(requests.isPending).toBe(true);
    expect(await isSettled(Promise.race(asked))).toBe(false);
    requests.settle();
    await Promise.all(asked);
    expect(requests.isPending).toBe(false);
  });

  it("ends with the run, and does not wait for a paused one", async () => {
    const requests = new KeepRequests();
    requests.begin();
    const asked = requests.ask();
    requests.end();
    await asked;
    expect(await isSettled(requests.ask())).toBe(true);
  });
});
