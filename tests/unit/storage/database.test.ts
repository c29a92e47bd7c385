import { get, set } from "idb-keyval";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type * as Database from "../../../src/storage/database";
import { FakeDirectory, FakeFile } from "./fake-opfs";
import { fresh } from "./fresh";

let database: typeof Database;
beforeEach(async () => {
  FakeFile.full = false;
  database = await fresh(() => import("../../../src/storage/database"));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Opens a database at a version, as a newer studio in another tab would. */
function openAt(version: number): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("things", version);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("failed"));
  });
}

describe("a store", () => {
  it("lets a newer tab upgrade the database, reports it, and continues with the result", async () => {
    const store = database.openStore("things", "things");
    const told = vi.fn(() => set("a", 2, store));
    database.onNewerVersion(told);
    await set("a", 1, store);
    const newer = await openAt(2);
    const seen = newer.transaction("things").objectStore("things").get("a");
    await new Promise((resolve) => (seen.onsuccess = resolve));
    expect(seen.result, "what the old tab wrote last").toBe(2);
    newer.close();
    expect(told).toHaveBeenCalledOnce();
    expect(await get("a", store)).toBe(2);
  });

  it("closes the database even if its last writes fail", async () => {
    database.onNewerVersion(() => Promise.reject(new Error("no room")));
    const store = database.openStore("things", "things");
    await set("a", 1, store);
    (await openAt(2)).close();
    expect(await get("a", store)).toBe(1);
  });

  it("does not mistake a deletion for a newer version", async () => {
    const told = vi.fn(() => Promise.resolve());
    database.onNewerVersion(told);
    const store = database.openStore("things", "things");
    await set("a", 1, store);
    await new Promise((resolve) => {
      indexedDB.deleteDatabase("things").onsuccess = resolve;
    });
    expect(await get("a", store)).toBeUndefined();
  });

  it("fails pending work when the browser closes the database, and reopens it for the next", async () => {
    const connections: IDBDatabase[] = [];
    const original = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...args) {
      connections.push(this);
      return original.apply(this, args);
    });
    const store = database.openStore("things", "things");
    await set("a", 1, store);
    const hanging = store("readonly", () => new Promise(() => undefined));
    hanging.catch(() => undefined);
    await vi.waitFor(() => expect(connections.length).toBe(2));
    connections[0]!.close();
    connections[0]!.onclose?.(new Event("close"));
    await expect(hanging).rejects.toThrow("closed the database");
    expect(await get("a", store)).toBe(1);
    expect(connections.at(-1)).not.toBe(connections[0]);
  });
});

describe("a full disk", () => {
  const task = (error: Error): Promise<unknown> =>
    database.guarded("dataset-save", () => Promise.reject(error));
  const offerFiles = (): void => {
    const root = new FakeDirectory();
    vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.resolve(root) } });
    vi.stubGlobal("FileSystemFileHandle", FakeFile);
  };

  it.each([
    new DOMException("The quota has been exceeded.", "QuotaExceededError"),
    new DOMException("Failed to write blobs (IOError)", "DataError"),
    new DOMException(
      "Connection is closing because of: IO error: 000003.log: FILE_ERROR_NO_SPACE (WritableFileAppend)",
      "UnknownError",
    ),
    new DOMException("Encountered full disk while opening backing store for indexedDB.open.", "UnknownError"),
  ])("is recognised by its message: $message", async (error) => {
    await expect(task(error)).rejects.toMatchObject({ problem: { code: "storage/full" } });
  });

  it("is recognised behind an unspecific error by a test file that does not fit", async () => {
    offerFiles();
    const vague = new DOMException(
      "Internal error opening backing store for indexedDB.open.",
      "UnknownError",
    );
    await expect(task(vague)).rejects.toMatchObject({ problem: { code: "storage/refused" } });
    FakeFile.full = true;
    await expect(task(vague)).rejects.toMatchObject({ problem: { code: "storage/full" } });
    const refused = new DOMException("Access is denied.", "SecurityError");
    await expect(task(refused)).rejects.toMatchObject({ problem: { code: "storage/refused" } });
  });
});
