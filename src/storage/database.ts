import type { UseStore } from "idb-keyval";
import { LuthierError } from "../lib/errors";

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
 * Runs a piece of work on stored data and turns its failures into sentences: a full disk, a refused quota, a browser
 * that keeps nothing.
 * @param task what the person asked for, as in "save the dataset"
 * @throws LuthierError("storage")
 */
export async function guarded<T>(task: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof LuthierError) throw cause;
    throw storageError(task, cause);
  }
}

/** The error of a quota that is used up; what was stored before stays. */
export function quotaError(task: string, cause?: unknown): LuthierError {
  return new LuthierError(
    "storage",
    `There is not enough storage left to ${task}; what was kept before is unchanged.`,
    "Delete datasets or models you no longer need, or free space on the disk, then try again.",
    { cause },
  );
}

function storageError(task: string, cause: unknown): LuthierError {
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : "";
  if (name === "QuotaExceededError") return quotaError(task, cause);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LuthierError(
    "storage",
    `The browser would not ${task}: ${reason.replace(/\.$/, "")}.`,
    "Private windows and some privacy settings keep no data; try an ordinary window, or free space on the disk.",
    { cause },
  );
}
