import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Row } from "../../../src/shared/rows";
import type * as Datasets from "../../../src/storage/datasets";
import { clearStore, conversations as rows, fresh, fullDisk } from "./fresh";

let storage: typeof Datasets;

beforeEach(async () => {
  storage = await fresh(() => import("../../../src/storage/datasets"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const details: Datasets.DatasetDetails = {
  name: "alpaca.json",
  sizeBytes: 123,
  problems: [{ row: 3, reason: "output is missing" }],
  problemCount: 1,
  duplicates: 2,
  ignoredFields: ["id"],
  brokenAt: null,
};

async function chunkCount(): Promise<number> {
  const { createStore, keys } = await import("idb-keyval");
  const known = await keys<[string, number | string]>(createStore("luthier-rows", "chunks"));
  return known.filter(([, part]) => typeof part === "number").length;
}

async function store(all: readonly Row[], name = details.name) {
  const writer = await storage.createDataset();
  await writer.append(all);
  return writer.commit({ ...details, name });
}

describe("datasets", () => {
  it("are stored with their summary, newest first", async () => {
    const first = await store(rows(3), "first");
    vi.spyOn(Date, "now").mockReturnValue(first.importedAt + 1);
    const second = await store(rows(2), "second");
    expect(first).toEqual({ ...details, name: "first", id: first.id, rows: 3, importedAt: first.importedAt });
    expect(await storage.listDatasets()).toEqual([second, first]);
    expect(await storage.findDataset(first.id)).toEqual(first);
  });

  it("return any range of rows", async () => {
    const { id } = await store(rows(2500));
    expect(await chunkCount()).toBe(3);
    expect(await storage.readRows(id, 0, 1)).toEqual(rows(1));
    expect(await storage.readRows(id, 998, 4)).toEqual(rows(4, 998));
    expect(await storage.readRows(id, 500, 1800)).toEqual(rows(1800, 500));
    expect(await storage.readRows(id, 2499, 100)).toEqual(rows(1, 2499));
    expect(await storage.readRows(id, 2500, 10)).toEqual([]);
    expect(await storage.readRows(id, 10, 0)).toEqual([]);
    const streamed: Row[] = [];
    for await (const chunk of storage.streamRows(id)) streamed.push(...chunk);
    expect(streamed).toEqual(rows(2500));
  });

  it("close a chunk early when its rows are long", async () => {
    const long = rows(5).map(
      (row): Row =>
        ({ ...row, system: "s", turns: [{ role: "assistant", text: "x".repeat(600_000) }] }) as Row,
    );
    const { id } = await store(long);
    expect(await chunkCount()).toBe(3);
    expect(await storage.readRows(id, 1, 3)).toEqual(long.slice(1, 4));
  });

  it("are written while rows arrive, but visible only when complete", async () => {
    const writer = await storage.createDataset();
    await writer.append(rows(2100));
    expect(await chunkCount()).toBe(2);
    expect(await storage.listDatasets()).toEqual([]);
    await expect(storage.readRows(writer.id, 0, 1)).rejects.toThrow(/no longer exists/);
    await writer.commit(details);
    expect(await storage.listDatasets()).toHaveLength(1);
  });

  it("leave nothing behind when aborted or deleted", async () => {
    const kept = await store(rows(1200), "kept");
    const writer = await storage.createDataset();
    await writer.append(rows(3000));
    await writer.discard();
    expect(await chunkCount()).toBe(2);
    const gone = await store(rows(1001));
    await storage.deleteDataset(gone.id);
    await storage.deleteDataset("never there");
    expect(await chunkCount()).toBe(2);
    expect(await storage.listDatasets()).toEqual([kept]);
    expect(await storage.readRows(kept.id, 0, 1200)).toEqual(rows(1200));
  });

  it("report a full disk, and keep what was there", async () => {
    const kept = await store(rows(1500), "kept");
    const writer = await storage.createDataset();
    await writer.append(rows(1000));
    const restore = fullDisk();
    await expect(writer.append(rows(1000))).rejects.toMatchObject({
      code: "storage",
      what: "There is not enough storage left to save the dataset; existing data is unchanged.",
    });
    restore();
    expect(await chunkCount()).toBe(2);
    expect(await storage.listDatasets()).toEqual([kept]);
    expect(await storage.readRows(kept.id, 1499, 1)).toEqual(rows(1, 1499));
  });

  it("leave nothing behind if only the record does not fit", async () => {
    const writer = await storage.createDataset();
    await writer.append(rows(10));
    const restore = fullDisk((value) => !Array.isArray(value));
    await expect(writer.commit(details)).rejects.toMatchObject({ code: "storage" });
    restore();
    expect(await storage.listDatasets()).toEqual([]);
    expect(await chunkCount()).toBe(0);
  });

  it("replace one of the same id only when complete", async () => {
    const write = async (count: number) => {
      const writer = await storage.createDataset("sample-pirate");
      await writer.append(rows(count));
      return writer;
    };
    await (await write(1500)).commit(details);
    await (await write(2000)).discard();
    const restore = fullDisk();
    await expect(write(1000)).rejects.toMatchObject({ code: "storage" });
    restore();
    expect(await storage.readRows("sample-pirate", 0, 5000)).toEqual(rows(1500));
    await (await write(20)).commit(details);
    expect(await storage.readRows("sample-pirate", 0, 5000)).toEqual(rows(20));
    expect(await storage.listDatasets()).toHaveLength(1);
    expect(await chunkCount()).toBe(1);
  });

  it("report a browser that stores nothing", async () => {
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException(
        "A mutation operation was attempted on a database that did not allow mutations.",
        "InvalidStateError",
      );
    });
    await expect(store(rows(1))).rejects.toMatchObject({
      code: "storage",
      what: expect.stringContaining("did not allow mutations"),
      advice: expect.stringContaining("Private windows"),
    });
  });

  it("report that the browser has evicted part of them", async () => {
    const { id } = await store(rows(1500));
    const { createStore, delMany, keys } = await import("idb-keyval");
    const chunks = createStore("luthier-rows", "chunks");
    await delMany(
      (await keys<[string, number]>(chunks)).filter(([, number]) => number === 1),
      chunks,
    );
    expect(await storage.readRows(id, 0, 10)).toHaveLength(10);
    await expect(storage.readRows(id, 1200, 10)).rejects.toThrow(
      /Part of the dataset alpaca.json is missing/,
    );
  });
});

describe("records of earlier versions, in a database of their own", () => {
  /** Stores a dataset as earlier versions did. */
  async function storeAsBefore(count: number): Promise<string> {
    const { id } = await store(rows(count));
    const { createStore, del, get, set } = await import("idb-keyval");
    const rowStore = createStore("luthier-rows", "chunks");
    await set(id, await get(["dataset", id], rowStore), createStore("luthier-datasets", "summaries"));
    await del(["dataset", id], rowStore);
    return id;
  }

  it("are read, and moved to their rows", async () => {
    const id = await storeAsBefore(1500);
    expect(await storage.readRows(id, 1499, 1)).toEqual(rows(1, 1499));
    const listed = await storage.listDatasets();
    expect(listed).toHaveLength(1);
    await storage.removeLeftovers();
    await clearStore("luthier-datasets", "summaries");
    await storage.removeLeftovers();
    expect(await storage.listDatasets()).toEqual(listed);
    expect(await storage.readRows(id, 0, 5000)).toEqual(rows(1500));
  });

  it("are replaced and deleted with their dataset", async () => {
    const id = await storeAsBefore(1500);
    const writer = await storage.createDataset(id);
    await writer.append(rows(20));
    await writer.commit(details);
    await storage.removeLeftovers();
    expect(await storage.readRows(id, 0, 5000)).toEqual(rows(20));
    expect(await chunkCount()).toBe(1);
    const other = await storeAsBefore(1200);
    await storage.deleteDataset(other);
    await storage.removeLeftovers();
    expect((await storage.listDatasets()).map((dataset) => dataset.id)).toEqual([id]);
    expect(await chunkCount()).toBe(1);
  });
});

describe("removeLeftovers", () => {
  it("removes the rows of aborted imports", async () => {
    const kept = await store(rows(1001), "kept");
    const broken = await storage.createDataset();
    await broken.append(rows(2000));
    await storage.removeLeftovers();
    expect(await chunkCount()).toBe(2);
    expect(await storage.readRows(kept.id, 1000, 1)).toHaveLength(1);
  });

  it("spares another tab's current imports", async () => {
    const held = new Set<string>();
    const request = async (name: string, ...rest: unknown[]): Promise<void> => {
      const work = rest.at(-1) as (lock: object | null) => Promise<void>;
      if (rest.length > 1 && held.has(name)) return work(null);
      held.add(name);
      await work({ name });
      held.delete(name);
    };
    vi.stubGlobal("navigator", { locks: { request } });
    const importing = await storage.createDataset();
    await importing.append(rows(2000));
    await storage.removeLeftovers();
    expect(await chunkCount()).toBe(2);
    await importing.commit(details);
    expect(held.size).toBe(0);
    const given = await storage.createDataset();
    await given.append(rows(1000));
    await given.discard();
    expect(held.size).toBe(0);
  });
});
