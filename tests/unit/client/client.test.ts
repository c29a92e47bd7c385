import { describe, expect, it, vi } from "vitest";
import { connectClient, type WorkerPort } from "../../../src/client/client";
import { LuthierError } from "../../../src/lib/errors";
import type { Reply, Request } from "../../../src/protocol/wire";

/** A worker that keeps what it is sent and says what it is told to. */
class StubPort implements WorkerPort {
  readonly sent: Request[] = [];
  private readonly listeners = new Map<string, (event: never) => void>();

  postMessage(message: Request): void {
    this.sent.push(message);
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.listeners.set(type, listener);
  }

  reply(data: Reply): void {
    this.listeners.get("message")?.({ data } as never);
  }

  die(message: string): void {
    this.listeners.get("error")?.(Object.assign(new Event("error"), { message }) as never);
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

  it("rebuilds a worker's error as a LuthierError", async () => {
    const port = new StubPort();
    const answer = connectClient(port).call("deleteDataset", { id: "x" });
    const error = { code: "storage", what: "It is gone.", advice: "Import it again." } as const;
    const { code: kind, ...words } = error;
    port.reply({
      type: "error",
      id: port.sent[0]!.id,
      error: { problem: { code: "plain", kind, ...words } },
    });
    await expect(answer).rejects.toThrow(LuthierError);
    await expect(answer).rejects.toMatchObject(error);
  });

  it("asks once that a request come to its end, and only while it is open", async () => {
    const port = new StubPort();
    const client = connectClient(port);
    const controller = new AbortController();
    const caller = client.until(controller.signal);
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

  it("hands events to those who listen, until they stop", () => {
    const port = new StubPort();
    const listener = vi.fn();
    const end = connectClient(port).on("log", listener);
    const event = { type: "event", name: "log", payload: { time: 1, text: "hello" } } as const;
    port.reply(event);
    expect(listener).toHaveBeenCalledExactlyOnceWith({ time: 1, text: "hello" });
    end();
    port.reply(event);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("fails open and later commands when the worker dies, and says so", async () => {
    const port = new StubPort();
    const client = connectClient(port);
    const fault = vi.fn();
    client.on("fault", fault);
    const jobs = vi.fn();
    client.on("jobs", jobs);
    const open = client.call("environment");
    port.die("out of memory");
    const stopped = { problem: { code: "work/worker-stopped", reason: "out of memory" } };
    await expect(open).rejects.toMatchObject(stopped);
    await expect(client.call("environment")).rejects.toMatchObject(stopped);
    expect(fault).toHaveBeenCalledTimes(1);
    expect(jobs, "nothing runs any more").toHaveBeenCalledExactlyOnceWith([]);
    expect(port.sent).toHaveLength(1);
  });
});
