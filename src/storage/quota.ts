import type { StorageTask } from "../lib/problems/storage-problems";
import { quotaError } from "./database";

/** What the browser lets this page keep, and how much of it is used. */
export interface StorageEstimate {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** The browser's own estimate; null where it makes none. */
export async function estimateStorage(): Promise<StorageEstimate | null> {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  const { usage, quota } = (await storage?.estimate?.()) ?? {};
  return usage === undefined || quota === undefined ? null : { usedBytes: usage, quotaBytes: quota };
}

/**
 * Refuses a write that cannot fit before it begins.
 * @throws LuthierError("storage") when the estimate leaves less than `sizeBytes`
 */
export async function ensureRoom(task: StorageTask, sizeBytes: number, name?: string): Promise<void> {
  const estimate = await estimateStorage();
  if (estimate && estimate.quotaBytes - estimate.usedBytes < sizeBytes) throw quotaError(task, name);
}
