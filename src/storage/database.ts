import type { UseStore } from "idb-keyval";
import { LuthierError } from "../lib/errors";
import type { StorageJob, StorageTask } from "../lib/problems/storage-problems";

/** The part of a store's key range whose keys are arrays that begin with `first`. */
export function keysOf(first: string): IDBKeyRange {
  // Among keys, an array sorts after every string and number: [] ends the range of [first, anything].
  return IDBKeyRange.bound([first], [first, []]);
}

/**
 * Writes entries in one transaction: all of them or none. Unlike idb-keyval's own setMany it waits for the abort, the
 * only event at which the browser tells a full quota from other failures.
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
    throw storageError(job(task, name), cause);
  }
}

/** The error of a quota that is used up; what was stored before stays. */
export function quotaError(task: StorageTask, name?: string): LuthierError {
  return new LuthierError({ code: "storage/full", ...job(task, name) });
}

function job(task: StorageTask, name: string | undefined): StorageJob {
  return name === undefined ? { task } : { task, name };
}

function storageError(asked: StorageJob, cause: unknown): LuthierError {
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : "";
  if (name === "QuotaExceededError") return new LuthierError({ code: "storage/full", ...asked }, { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LuthierError({ code: "storage/refused", ...asked, reason }, { cause });
}
