/**
 * Holds a lock that all tabs of the studio share, so that one does not clear away what another is still writing.
 * @returns releases it; where the browser has no locks, does nothing
 */
export async function holdLock(name: string): Promise<() => void> {
  const locks = lockManager();
  if (!locks) return () => undefined;
  return new Promise((resolve, reject) => {
    locks.request(name, () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** Runs `work` under the lock if nobody holds it; else does nothing. */
export async function ifUnlocked(name: string, work: () => Promise<void>): Promise<void> {
  const locks = lockManager();
  if (!locks) return work();
  await locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

function lockManager(): LockManager | undefined {
  return typeof navigator === "undefined" ? undefined : navigator.locks;
}
