import type { StorageTask } from "../lib/problems/storage-problems";
import { quotaError } from "./database";

/** The origin's storage usage and quota. */
export interface StorageEstimate {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** The browser's estimate; null if unavailable. */
export async function estimateStorage(): Promise<StorageEstimate | null> {
  const storage = typeof navigator === "undefined" ? undefined : navigator.storage;
  const { usage, quota } = (await storage?.estimate?.()) ?? {};
  return usage === undefined || quota === undefined ? null : { usedBytes: usage, quotaBytes: quota };
}

/**
 * Checks for room before a write.
 * @throws LuthierError("storage") if the estimate leaves less than `sizeBytes`
 */
export async function ensureSpace(task: StorageTask, sizeBytes: number, name?: string): Promise<void> {
  const estimate = await estimateStorage();
  if (estimate && estimate.quotaBytes - estimate.usedBytes < sizeBytes) throw quotaError(task, name);
}
