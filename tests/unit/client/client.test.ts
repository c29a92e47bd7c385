import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectClient, type WorkerPort } from "../../../src/client/client";
import { LuthierError } from "../../../src/lib/errors";
import type { Ping, Reply, Request } from "../../../src/protocol/wire";

/** A worker stub that records messages and sends prepared replies. */
class StubPort implements WorkerPort {
  readonly sent: Exclude<Request, Ping>[] = [];
  pings = 0;
  private readonly listeners: [type: string, listener: (event: never) => void][] = [];

  postMessage(message: Request): void {
    if (message.type === "ping") this.pings++;
    else this.sent.push(message);
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.listeners.push([type, listener]);
  }

  reply(data: Reply): void {
    this.tell("message", { data });
  }

  die(message: string): void {
    this.tell("error", Object.assign(new Event("error"), { message }));
  }

  private tell(type: string, event: unknown): void {
    for (const [known, listener] of this.listeners) if (known === type) listener(event as never);
  }
}

describe("connectClient", () => {
  it("pairs answers with requests by id, in any order", async () => {
    const port = new StubPort();
    const client = connectClient(port);
    const datasets = client.call("listDatasets");
    const samples = client.call("listSamples");
    const [first, second] = port.sent;
    expect(first).toMatchObject({ command: "listDatasets", args: [] });
    expect(second?.id).not.toBe(first?.id);
    port.reply({ type: "result", id: second!.id, result: [] });
    port.reply({ type: "result", id: first!.id, result: undefined });
    expect(await samples).toEqual([]);
    expect(await datasets).toBeUndefined();
  });

  it("restores a worker's error as a LuthierError", async () => {
    const port = new StubPort();
    const answer = connectClient(port).call("deleteDataset", { id: "x" });
    const problem = { code: "storage/full", task: "dataset-delete" } as const;
    port.reply({
      type: "error",
      id: port.sent[0]!.id,
      error: { problem },
    });
    await expect(answer).rejects.toThrow(LuthierError);
    await expect(answer).rejects.toMatchObject({ code: "storage", problem });
  });

  it("cancels a request once, and only while it is pending", async () => {
    const port = new StubPort();
    const client = connectClient(port);
    const controller = new AbortController();
    const caller = client.withSignal(controller.signal);
    const done = caller.call("listDatasets");
    const open = caller.call("listSamples");
    port.reply({ type: "result", id: port.sent[0]!.id, result: [] });
    await done;
    controller.abort();
    expect(port.sent.slice(2)).toEqual([{ type: "cancel", id: port.sent[1]!.id }]);
    port.reply({ type: "result", id: port.sent[1]!.id, result: [] });
    expect(await open, "it is the worker that ends it").toEqual([]);
    await expect(caller.call("listDatasets")).rejects.toMatchObject({ code: "cancelled" });
    expect(port.sent).toHaveLength(3);
  });

  it("passes events to listeners until they are removed", () => {
    const port = new StubPort();
    const listener = vi.fn();
    const end = connectClient(port).on("log", listener);
    const payload = { time: 1, line: { kind: "selected", numbers: 7 } } as const;
    const event = { type: "event", name: "log", payload } as const;
    port.reply(event);
    expect(listener).toHaveBeenCalledExactlyOnceWith(payload);
    end();
    port.reply(event);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("fails pending and later commands when the worker dies, and reports it", async () => {
    const port = new StubPort();
    const client = connectClient(port);
    const fault = vi.fn();
    client.on("fault", fault);
    const jobs = vi.fn();
    client.on("jobs", jobs);
    const open = client.call("environment");
    port.die("out of memory");
    const stopped = { problem: { code: "device-lost/worker-stopped", reason: "out of memory" } };
    await expect(open).rejects.toMatchObject(stopped);
    await expect(client.call("environment")).rejects.toMatchObject(stopped);
    expect(fault).toHaveBeenCalledTimes(1);
    expect(jobs, "nothing runs any more").toHaveBeenCalledExactlyOnceWith([]);
    expect(port.sent).toHaveLength(1);
  });
});

describe("the heartbeat", () => {
  const BEAT_MS = 1000;
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("reports when a worker stops responding and when it recovers", () => {
    const port = new StubPort();
    const stalled = vi.fn();
    connectClient(port, BEAT_MS).on("stalled", stalled);
    for (let beat = 0; beat < 10; beat++) {
      vi.advanceTimersByTime(BEAT_MS);
      port.reply({ type: "pong" });
    }
    expect(port.pings).toBe(10);
    vi.advanceTimersByTime(4 * BEAT_MS);
    expect(stalled).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20 * BEAT_MS);
    expect(stalled).toHaveBeenCalledExactlyOnceWith(true);
    expect(port.pings).toBe(11);
    port.reply({ type: "pong" });
    expect(stalled).toHaveBeenLastCalledWith(false);
  });

  it("ends with the worker", () => {
    const port = new StubPort();
    connectClient(port, BEAT_MS);
    port.die("gone");
    vi.advanceTimersByTime(10 * BEAT_MS);
    expect(port.pings).toBe(0);
  });
});
