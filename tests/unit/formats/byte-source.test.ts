import { afterEach, describe, expect, it, vi } from "vitest";
import { blobSource, bytesSource, fetchSource, fileSource, readText } from "../../../src/formats/byte-source";

afterEach(() => vi.unstubAllGlobals());

const served = (body: BodyInit | null, init?: ResponseInit): void => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, init)));
};

describe("byte sources", () => {
  it("return any range as a copy", async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5);
    for (const source of [bytesSource("a", bytes), blobSource("a", new Blob([bytes]))]) {
      expect(source.sizeBytes).toBe(5);
      const part = await source.read(1, 4);
      expect([...part]).toEqual([2, 3, 4]);
      expect(part.buffer.byteLength).toBe(3);
      part.fill(0);
      expect([...(await source.read(0, 5))]).toEqual([1, 2, 3, 4, 5]);
      await expect((async () => source.read(4, 6))()).rejects.toThrow(/invariant/);
    }
  });

  it("keep the path within a dropped folder", async () => {
    const file = new File(["{}"], "config.json");
    expect(fileSource(file).name).toBe("config.json");
    Object.defineProperty(file, "webkitRelativePath", { value: "model/config.json" });
    expect(fileSource(file).name).toBe("model/config.json");
    expect(await readText(fileSource(file))).toBe("{}");
  });

  it("report a file that is gone", async () => {
    const blob = new Blob(["abc"]);
    vi.spyOn(blob, "slice").mockReturnValue({
      arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")),
    } as Blob);
    await expect(blobSource("model.safetensors", blob).read(0, 3)).rejects.toMatchObject({
      code: "file",
      what: expect.stringContaining("model.safetensors can no longer be read"),
    });
  });
});

describe("fetchSource", () => {
  it("downloads with progress", async () => {
    served("hello", { headers: { "content-length": "5" } });
    const steps: [number, number | null][] = [];
    const source = await fetchSource("models/a", {
      name: "a",
      onProgress: (done, total) => steps.push([done, total]),
    });
    expect(await readText(source)).toBe("hello");
    expect(steps.at(-1)).toEqual([5, 5]);
  });

  it("does not know the total of a compressed response", async () => {
    served("hello", { headers: { "content-length": "3", "content-encoding": "gzip" } });
    const totals: (number | null)[] = [];
    await fetchSource("a", { name: "a", onProgress: (_done, total) => totals.push(total) });
    expect(new Set(totals)).toEqual(new Set([null]));
  });

  it("reports the server's response", async () => {
    served(null, { status: 404 });
    await expect(fetchSource("a", { name: "model.safetensors" })).rejects.toMatchObject({
      code: "file",
      what: "model.safetensors could not be fetched: the server answered 404.",
    });
  });

  it("distinguishes a broken connection from a cancelled download", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
    await expect(fetchSource("a", { name: "a" })).rejects.toMatchObject({ code: "file" });
    await expect(fetchSource("a", { name: "a", signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "cancelled",
    });
  });
});
