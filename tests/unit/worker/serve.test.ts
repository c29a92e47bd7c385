import { describe, expect, it, vi } from "vitest";
import { cancelled, LuthierError } from "../../../src/lib/errors";
import { linkWorker } from "../../support/worker-link";

describe("the worker's answers", () => {
  it("are results, or readable errors", async () => {
    const refusal = new LuthierError({ code: "data/dataset-gone" });
    const client = linkWorker(() => ({
      listDatasets: () => [],
      deleteDataset: () => Promise.reject(refusal),
    }));
    expect(await client.call("listDatasets")).toEqual([]);
    await expect(client.call("deleteDataset", { id: "x" })).rejects.toMatchObject(refusal.toData());
  });

  it("report an internal fault as such", async () => {
    const client = linkWorker(() => ({
      listDatasets() {
        throw new TypeError("rows is undefined");
      },
    }));
    await expect(client.call("listDatasets")).rejects.toMatchObject({
      code: "internal",
      what: "Internal error: rows is undefined.",
    });
  });

  it("come early only for a cancelled request", async () => {
    const signals: AbortSignal[] = [];
    const wait = (_config: unknown, { signal }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => {
        signals.push(signal);
        signal.addEventListener("abort", () => reject(cancelled()));
      });
    const client = linkWorker(() => ({ train: wait, measureTraining: wait }));
    const controller = new AbortController();
    const going = client.withSignal(controller.signal).call("train", {} as never);
    const other = client.call("measureTraining", {} as never);
    other.catch(() => undefined);
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    controller.abort();
    await expect(going).rejects.toMatchObject({ code: "cancelled" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});
