import type { UseStore } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import type { StorageJob, StorageTask } from "../lib/problems/storage-problems";
import { isStorageFull } from "./storage-full";

/** Called when another tab upgrades the databases beyond this version. */
let tellNewerVersion: () => void = () => undefined;

/** Registers a listener for upgrades by a newer version in another tab; this tab's connections are closed then. */
export function onNewerVersion(listener: () => void): void {
  tellNewerVersion = listener;
}

/** An open database, and a promise that rejects when the browser closes it. */
interface Connection {
  readonly database: IDBDatabase;
  readonly closed: Promise<never>;
}

/**
 * A database with one object store, opened on first use and reopened after closing. Unlike idb-keyval's, it lets a
 * newer tab upgrade the database, and pending operations fail instead of hanging when the browser closes the connection
 * (as Chromium does when the disk is full).
 */
export function openStore(databaseName: string, storeName: string): UseStore {
  let opening: Promise<Connection> | undefined;
  const forget = (): void => {
    opening = undefined;
  };
  const open = (): Promise<Connection> => {
    opening ??= connect(databaseName, storeName, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opening;
  };
  return async (mode, work) => {
    const { database, closed } = await open();
    let transaction: IDBTransaction;
    try {
      transaction = database.transaction(storeName, mode);
    } catch (cause) {
      // The connection is closing, but the event has not fired: reopen on next use.
      forget();
      throw cause;
    }
    return Promise.race([work(transaction.objectStore(storeName)), closed]);
  };
}

function connect(databaseName: string, storeName: string, forget: () => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    request.onerror = () => reject(request.error ?? new Error("the database did not open"));
    request.onsuccess = () => {
      const database = request.result;
      const closed = new Promise<never>((_, fail) => {
        database.onclose = () => {
          forget();
          fail(new Error("the browser closed the database"));
        };
      });
      // Avoids an unhandled rejection when no operation is pending.
      closed.catch(() => undefined);
      database.onversionchange = ({ newVersion }) => {
        database.close();
        forget();
        if (newVersion !== null) tellNewerVersion();
      };
      resolve({ database, closed });
    };
  });
}

/** Key range of the array keys that start with `first`. */
export function keysOf(first: string): IDBKeyRange {
  // Arrays sort after strings and numbers, so [first, []] is the upper bound.
  return IDBKeyRange.bound([first], [first, []]);
}

/**
 * Writes entries in one transaction. Unlike idb-keyval's setMany it waits for the abort event, the only one that
 * reveals an exceeded quota.
 */
export function putAll(
  store: UseStore,
  entries: readonly (readonly [IDBValidKey, unknown])[],
): Promise<void> {
  return store(
    "readwrite",
    (objects) =>
      new Promise((resolve, reject) => {
        const { transaction } = objects;
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error("the write was aborted"));
        try {
          for (const [key, value] of entries) objects.put(value, key);
        } catch (cause) {
          reject(cause);
          transaction.abort();
        }
      }),
  );
}

/**
 * Runs a storage operation and converts its failures: disk full, quota exceeded, storage unavailable.
 * @param name of the task's object, if there can be several
 * @throws LuthierError("storage")
 */
export async function guarded<T>(task: StorageTask, work: () => Promise<T>, name?: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof LuthierError) throw cause;
    throw await storageError(job(task, name), cause);
  }
}

/** The error for an exceeded quota. */
export function quotaError(task: StorageTask, name?: string): LuthierError {
  return new LuthierError({ code: "storage/full", ...job(task, name) });
}

function job(task: StorageTask, name: string | undefined): StorageJob {
  return name === undefined ? { task } : { task, name };
}

async function storageError(asked: StorageJob, cause: unknown): Promise<LuthierError> {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (await isStorageFull(cause)) return new LuthierError({ code: "storage/full", ...asked }, { cause });
  return new LuthierError({ code: "storage/refused", ...asked, reason }, { cause });
}
