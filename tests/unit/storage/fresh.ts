import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { vi } from "vitest";
import { alpacaRow, type AlpacaRow, type Row } from "../../../src/shared/rows";

/** Loads a storage module with its own empty IndexedDB. */
export async function fresh<T>(load: () => Promise<T>): Promise<T> {
  vi.resetModules();
  vi.stubGlobal("indexedDB", new IDBFactory());
  await import("../../support/worded");
  return load();
}

/**
 * Makes the browser refuse all writes, or those that `refuses` selects, as when the quota is used up: the transaction
 * aborts with the reason. The returned function makes room again.
 */
export function fullDisk(refuses: (value: unknown) => boolean = () => true): () => void {
  const original = IDBObjectStore.prototype.put;
  const spy = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    value: unknown,
    key?: IDBValidKey,
  ) {
    const request = original.call(this, value, key);
    const transaction = this.transaction as IDBTransaction & { _abort(reason: string): void };
    if (refuses(value)) transaction._abort("QuotaExceededError");
    return request;
  });
  return () => spy.mockRestore();
}

/** Rows that differ by their number. */
export function rows(count: number, from = 0): AlpacaRow[] {
  return Array.from({ length: count }, (_, i) => ({
    instruction: `question ${from + i}`,
    input: "",
    output: `answer ${from + i}`,
  }));
}

/** {@link rows} as they are stored. */
export function conversations(count: number, from = 0): Row[] {
  return rows(count, from).map(alpacaRow);
}

/** Counts the entries of an object store. */
export async function countEntries(database: string, store: string): Promise<number> {
  const { createStore, keys } = await import("idb-keyval");
  return (await keys(createStore(database, store))).length;
}

/** Empties an object store, as when the browser recreates a broken database. */
export async function clearStore(database: string, store: string): Promise<void> {
  const { createStore, clear } = await import("idb-keyval");
  await clear(createStore(database, store));
}
