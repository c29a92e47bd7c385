import { afterEach, describe, expect, it, vi } from "vitest";
import { INACTIVITY_MS } from "../../../src/hub/request";
import { MemoryFolder } from "../../support/memory-folder";
import { ask, download, plain, same, weights, WEIGHTS } from "./asking";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("downloading", () => {
  it("downloads every byte, and reports progress", async () => {
    const asking = await ask(plain);
    const steps: number[] = [];
    const files = await download(asking, undefined, {
      onProgress: (done, total) => {
        expect(total).toBe(300_024);
        steps.push(done);
      },
    });
    expect(same(files["model.safetensors"], WEIGHTS)).toBe(true);
    expect(files["config.json"]).toEqual(plain.files["config.json"]);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(steps.at(-1)).toBe(300_024);
    expect(asking.waits).toEqual([]);
  });

  it("withholds the token from the host that files are redirected to", async () => {
    const asking = await ask({ ...plain, token: "hf_right" }, {}, "hf_right");
    await download(asking);
    expect(asking.hub.fileRequests().map(({ authorization }) => authorization)).toEqual([null]);
  });

  it("resumes in the middle after broken connections", async () => {
    const asking = await ask(plain, { drops: 2, dropAfterBytes: 100_000 });
    expect(same((await download(asking))["model.safetensors"], WEIGHTS)).toBe(true);
    expect(asking.waits).toEqual([1000, 2000]);
    const [first, ...later] = asking.hub.fileRequests().map(({ range }) => range);
    expect(first).toBeNull();
    expect(later).toEqual(["bytes=100000-", "bytes=200000-"]);
  });

  it("requests only what an earlier visit has not downloaded", async () => {
    const asking = await ask(plain, { drops: 1000, dropAfterBytes: 20_000 });
    const folder = new MemoryFolder();
    await expect(download(asking, folder)).rejects.toMatchObject({
      code: "network",
      what: "The connection was repeatedly lost while downloading model.safetensors.",
    });
    expect(asking.waits).toEqual([1000, 2000, 4000, 8000, 16_000]);
    asking.hub.trouble.drops = 0;
    asking.hub.seen.length = 0;
    expect(same((await download(asking, folder))["model.safetensors"], WEIGHTS)).toBe(true);
    expect(asking.hub.fileRequests()).toMatchObject([{ range: "bytes=120000-" }]);
    expect(asking.hub.seen.some(({ path }) => path.endsWith("/config.json"))).toBe(false);
  });

  it("stops on request, even while waiting, and keeps what has arrived", async () => {
    const asking = await ask(plain, { drops: 1000, dropAfterBytes: 50_000 });
    const folder = new MemoryFolder();
    const controller = new AbortController();
    const stopped = download(asking, folder, {
      signal: controller.signal,
      // Only an abort ends this wait.
      sleep: (_ms, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stop")))),
      onWait: () => setTimeout(() => controller.abort()),
    });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    expect([...folder.files.values()].some(({ length }) => length > 0)).toBe(true);
  });

  it("waits as long as a busy server asks", async () => {
    const seconds = await ask(plain, { refusals: 2, retryAfter: "7" });
    await download(seconds);
    expect(seconds.waits).toEqual([7000, 7000]);
    const doubling = await ask(plain, { refusals: 3, refusalStatus: 503 });
    await download(doubling);
    expect(doubling.waits).toEqual([1000, 2000, 4000]);
    const tooLong = await ask(plain, { refusals: 1, retryAfter: "600" });
    await expect(download(tooLong)).rejects.toMatchObject({
      what: expect.stringContaining("received too many requests from here"),
      advice: expect.stringContaining("in about 10 min"),
    });
  });

  it("retries a damaged file once, then reports it and keeps nothing", async () => {
    const once = await ask(plain, { damaged: 1 });
    expect(same((await download(once))["model.safetensors"], WEIGHTS)).toBe(true);
    const always = await ask(plain, { damaged: 1000 });
    const folder = new MemoryFolder();
    await expect(download(always, folder)).rejects.toMatchObject({
      code: "format",
      what: "model.safetensors arrived damaged twice: its checksum does not match the repository's.",
    });
    expect(folder.files.get(2)).toHaveLength(0);
    const small = await ask(plain, { path: "config.json", damaged: 1000 });
    await expect(download(small)).rejects.toMatchObject({ what: expect.stringContaining("config.json") });
  });

  it("restarts if the server does not support ranges", async () => {
    const asking = await ask(plain, { noRanges: true, drops: 1, dropAfterBytes: 100_000 });
    expect(same((await download(asking))["model.safetensors"], WEIGHTS)).toBe(true);
  });

  it("does not join two versions of a file without checksum", async () => {
    const files = { ...plain.files };
    const asking = await ask({ files }, { noChecksums: true, drops: 1, dropAfterBytes: 100_000 });
    const newer = weights(300_000, 2);
    const onWait = (): void => {
      files["model.safetensors"] = newer;
      asking.hub.version = 2;
    };
    const got = await download(asking, undefined, { onWait });
    expect(same(got["model.safetensors"], newer)).toBe(true);
  });

  it("restarts a partial file without checksum", async () => {
    const asking = await ask(plain, { noChecksums: true });
    const folder = new MemoryFolder();
    folder.files.set(2, new Uint8Array(1000));
    expect(same((await download(asking, folder))["model.safetensors"], WEIGHTS)).toBe(true);
  });

  it("reports a server that holds only part of a file", async () => {
    const asking = await ask(plain, { short: 1000 });
    await expect(download(asking)).rejects.toMatchObject({
      code: "format",
      what: expect.stringMatching(/^model\.safetensors should have 300000 bytes, but the server sent /),
    });
  });

  it("retries when a server stops responding", async () => {
    const asking = await ask(plain, { silent: 1 });
    const watches: (() => void)[] = [];
    const { setTimeout: real } = globalThis;
    vi.stubGlobal("setTimeout", ((work: () => void, ms: number) => {
      if (ms === INACTIVITY_MS) watches.push(work);
      return real(work, ms);
    }) as typeof setTimeout);
    // The minute ends as soon as the request arrives, however fast this machine is.
    asking.hub.onSilence = () => watches.at(-1)?.();
    const files = await download(asking);
    expect(same(files["model.safetensors"], WEIGHTS)).toBe(true);
    expect(asking.waits).toEqual([1000]);
    expect(asking.hub.fileRequests()).toHaveLength(2);
  });

  it("keeps what has arrived when the disk is full", async () => {
    const asking = await ask(plain);
    const folder = new MemoryFolder();
    folder.capacity = 100_000;
    await expect(download(asking, folder)).rejects.toMatchObject({
      code: "storage",
      what: expect.stringContaining("not enough storage left to keep the download"),
    });
    folder.capacity = Infinity;
    expect(same((await download(asking, folder))["model.safetensors"], WEIGHTS)).toBe(true);
  });

  it("ends when the caller rejects the first files", async () => {
    const asking = await ask(plain);
    const onFile = (): Promise<void> => Promise.reject(new Error("not this family"));
    await expect(download(asking, undefined, { onFile })).rejects.toThrow("not this family");
    expect(asking.hub.fileRequests()).toEqual([]);
  });
});
