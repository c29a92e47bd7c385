import type { UseStore } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import type { StorageJob, StorageTask } from "../lib/problems/storage-problems";
import { hasNoRoom } from "./room";

/** Asked before the databases are left to a newer version of the studio. */
let beforeNewerVersion: () => Promise<void> = () => Promise.resolve();

/** A newer version in another tab waits this long at most for what this one still writes. */
const LAST_WRITES_MS = 10_000;

/**
 * Calls `prepare` when a newer studio in another tab wants to change a database. It gets the database when what `prepare`
 * returns has settled, or after some seconds.
 */
export function onNewerVersion(prepare: () => Promise<void>): void {
  beforeNewerVersion = prepare;
}

/** An open database, and what rejects when the browser closes it under our hands. */
interface Connection {
  readonly database: IDBDatabase;
  readonly closed: Promise<never>;
}

/**
 * A database with one object store, opened at its first use and again after it was closed. Unlike idb-keyval's own, it
 * lets a newer tab change the database, and work that is under way when the browser closes the connection (as Chromium
 * does at a full disk, without ending the transactions) fails instead of never ending.
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
      // Closing, and its event has not come yet: the next use opens it anew.
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
      // Nobody may be at work on it when it closes.
      closed.catch(() => undefined);
      const letGo = (): void => {
        database.close();
        forget();
      };
      database.onversionchange = ({ newVersion }) => {
        if (newVersion === null) letGo();
        else void withinTime(beforeNewerVersion()).then(letGo);
      };
      resolve({ database, closed });
    };
  });
}

/** Resolves when `work` has settled, or after {@link LAST_WRITES_MS}. */
async function withinTime(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_WRITES_MS)));
  await Promise.race([work, late]).catch(() => undefined);
  clearTimeout(timer);
}

/** The part of a store's key range whose keys are arrays that begin with `first`. */
export function keysOf(first: string): IDBKeyRange {
  // Among keys, an array sorts after every string and number: [] ends the range of [first, anything].
  return IDBKeyRange.bound([first], [first, []]);
}

/** What one transaction does to a store: removals first. */
interface Change {
  readonly remove?: readonly (IDBValidKey | IDBKeyRange)[];
  readonly put?: readonly (readonly [IDBValidKey, unknown])[];
}

/**
 * Changes a store in one transaction: all of it or nothing. Unlike idb-keyval's own functions it waits for the abort, the
 * only event at which the browser tells a full quota from other failures.
 */
export function change(store: UseStore, { remove = [], put = [] }: Change): Promise<void> {
  return store(
    "readwrite",
    (objects) =>
      new Promise((resolve, reject) => {
        const { transaction } = objects;
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error("the write was aborted"));
        try {
          for (const keys of remove) objects.delete(keys);
          for (const [key, value] of put) objects.put(value, key);
        } catch (cause) {
          reject(cause);
          transaction.abort();
        }
      }),
  );
}

/** Writes entries in one transaction: all of them or none. */
export function putAll(
  store: UseStore,
  entries: readonly (readonly [IDBValidKey, unknown])[],
): Promise<void> {
  return change(store, { put: entries });
}

/**
 * Runs a piece of work on stored data and tells its failures as problems: a full disk, a refused quota, a browser that
 * keeps nothing.
 * @param name of what the task is for, where there can be several
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

/** The error of a quota that is used up; what was stored before stays. */
export function quotaError(task: StorageTask, name?: string): LuthierError {
  return new LuthierError({ code: "storage/full", ...job(task, name) });
}

function job(task: StorageTask, name: string | undefined): StorageJob {
  return name === undefined ? { task } : { task, name };
}

async function storageError(asked: StorageJob, cause: unknown): Promise<LuthierError> {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (await hasNoRoom(cause)) return new LuthierError({ code: "storage/full", ...asked }, { cause });
  return new LuthierError({ code: "storage/refused", ...asked, reason }, { cause });
}
