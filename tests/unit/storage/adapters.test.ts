import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Adapters from "../../../src/storage/adapters";
import { FakeDirectory, FakeFile } from "./fake-opfs";
import { fresh, fullDisk } from "./fresh";

type Place = "opfs" | "idb";

let adapters: typeof Adapters;
let root: FakeDirectory;

/** Provides a private file system. */
function offerFiles(): void {
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
  vi.stubGlobal("FileSystemFileHandle", FakeFile);
}

/** Refuses the weights; returns a function that makes room again. */
function fillDisk(place: Place): () => void {
  if (place === "idb")
    return fullDisk((value) => typeof value === "object" && value !== null && "values" in value);
  FakeFile.full = true;
  return () => (FakeFile.full = false);
}

beforeEach(async () => {
  root = new FakeDirectory();
  FakeFile.full = false;
  adapters = await fresh(() => import("../../../src/storage/adapters"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const adapter = (id: string, savedAt: number): Adapters.StoredAdapter => ({
  id,
  modelId: "spruce",
  name: `adapter ${id}`,
  origin: "imported",
  method: { id: "lora", options: { r: 8 } },
  savedAt,
  trainableParameters: 12,
  sizeBytes: 178,
  format: "peft",
  merges: true,
  steps: 0,
  finalLoss: null,
  validationLoss: null,
  run: null,
  values: Uint8Array.of(1, 2, 3),
});

describe.each(["opfs", "idb"] as const)("adapters kept in %s", (place) => {
  beforeEach(() => {
    if (place === "opfs") offerFiles();
  });

  it("are stored whole, and listed by model without weights", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    await adapters.saveAdapter(adapter("b", 2));
    await adapters.saveAdapter({ ...adapter("c", 3), id: "d", modelId: "maple" });
    const listed = await adapters.listAdapters("spruce");
    expect(listed.map(({ id }) => id)).toEqual(["b", "a"]);
    expect(listed[0]).not.toHaveProperty("values");
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
    expect(await adapters.loadAdapter("c")).toBeNull();
  });

  it("are replaced and deleted", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    await adapters.saveAdapter(adapter("b", 1));
    await adapters.saveAdapter({ ...adapter("a", 5), values: Uint8Array.of(9) });
    expect(await adapters.loadAdapter("a")).toMatchObject({ savedAt: 5, values: Uint8Array.of(9) });
    await adapters.deleteAdapter("a");
    await adapters.deleteAdapter("never there");
    expect((await adapters.listAdapters("spruce")).map(({ id }) => id)).toEqual(["b"]);
    expect(await adapters.loadAdapter("a")).toBeNull();
  });

  it("store the optimizer's state separately, and drop it when saved again without", async () => {
    await adapters.saveAdapter({ ...adapter("a", 1), optimizer: Uint8Array.of(7) });
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
    expect(await adapters.loadOptimizer("a")).toEqual(Uint8Array.of(7));
    await adapters.saveAdapter(adapter("a", 2));
    expect(await adapters.loadOptimizer("a")).toBeNull();
    await adapters.saveAdapter({ ...adapter("a", 3), optimizer: Uint8Array.of(8) });
    await adapters.deleteAdapter("a");
    expect(await adapters.loadOptimizer("a")).toBeNull();
  });

  it("can be renamed without other changes", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    expect(await adapters.renameAdapter("a", "Pirate")).toBe(true);
    expect(await adapters.loadAdapter("a")).toEqual({ ...adapter("a", 1), name: "Pirate" });
    expect(await adapters.renameAdapter("never there", "Pirate")).toBe(false);
    expect(await adapters.listAdapters("spruce")).toHaveLength(1);
  });

  it("stay unchanged when a new version does not fit", async () => {
    await adapters.saveAdapter(adapter("a", 1));
    const restore = fillDisk(place);
    await expect(adapters.saveAdapter(adapter("a", 9))).rejects.toMatchObject({
      code: "storage",
      what: expect.stringContaining("keep the adapter"),
    });
    restore();
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
  });
});

describe("adapters in files", () => {
  it("of the version without files can be listed, read, renamed and replaced", async () => {
    await adapters.saveAdapter({ ...adapter("a", 1), optimizer: Uint8Array.of(7) });
    await adapters.saveAdapter(adapter("b", 2));
    offerFiles();
    expect((await adapters.listAdapters("spruce")).map(({ id }) => id)).toEqual(["b", "a"]);
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
    expect(await adapters.loadOptimizer("a")).toEqual(Uint8Array.of(7));
    expect(await adapters.renameAdapter("a", "Pirate")).toBe(true);
    await adapters.saveAdapter({ ...adapter("a", 5), name: "Newer" });
    expect(await adapters.loadOptimizer("a")).toBeNull();
    expect((await adapters.listAdapters("spruce")).map(({ name }) => name)).toEqual(["Newer", "adapter b"]);
    await adapters.deleteAdapter("a");
    expect((await adapters.listAdapters("spruce")).map(({ id }) => id)).toEqual(["b"]);
  });

  it("survive the loss of the databases", async () => {
    offerFiles();
    await adapters.saveAdapter({ ...adapter("a", 1), finalLoss: Number.NaN });
    adapters = await fresh(() => import("../../../src/storage/adapters"));
    expect(await adapters.listAdapters("spruce")).toMatchObject([{ id: "a", finalLoss: Number.NaN }]);
    expect((await adapters.loadAdapter("a"))?.values).toEqual(Uint8Array.of(1, 2, 3));
    vi.stubGlobal("indexedDB", {
      open() {
        throw new DOMException("Internal error opening backing store.", "UnknownError");
      },
    });
    expect(await adapters.listAdapters("spruce")).toHaveLength(1);
  });

  it("leave no file of a replaced version or a failed save", async () => {
    offerFiles();
    await adapters.saveAdapter({ ...adapter("a", 1), optimizer: Uint8Array.of(7) });
    await adapters.saveAdapter(adapter("a", 2));
    expect(root.countFiles()).toBe(2);
    FakeFile.full = true;
    await expect(adapters.saveAdapter(adapter("a", 3))).rejects.toMatchObject({ code: "storage" });
    await expect(adapters.saveAdapter(adapter("b", 3))).rejects.toMatchObject({ code: "storage" });
    expect(root.countFiles()).toBe(2);
    expect((await adapters.adapterSizes()).get("a")).toBeGreaterThan(3);
  });
});

describe("folders without a card", () => {
  const leaveBehind = async (): Promise<FakeDirectory> => {
    await adapters.saveAdapter(adapter("a", 1));
    const area = await root.getDirectoryHandle("adapters");
    const folder = await area.getDirectoryHandle("cut off", { create: true });
    await folder.getFileHandle("values-1", { create: true });
    return area;
  };

  it("are removed; complete adapters stay", async () => {
    offerFiles();
    const area = await leaveBehind();
    await adapters.removeAdapterLeftovers();
    expect(area.has("cut off")).toBe(false);
    expect(await adapters.loadAdapter("a")).toEqual(adapter("a", 1));
  });

  it("stay while a tab saves them", async () => {
    offerFiles();
    const area = await leaveBehind();
    const request = (_name: string, _options: LockOptions, hold: LockGrantedCallback<unknown>): unknown =>
      hold(null);
    vi.stubGlobal("navigator", { ...navigator, locks: { request } });
    await adapters.removeAdapterLeftovers();
    expect(area.has("cut off")).toBe(true);
  });
});
