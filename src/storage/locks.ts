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

/**
 * Holds a lock unless a tab, this one or another, holds it already.
 * @returns releases it, or null when it is held
 */
export async function tryLock(name: string): Promise<(() => void) | null> {
  const locks = lockManager();
  if (!locks) return () => undefined;
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> | void => {
      if (lock) return new Promise<void>((release) => resolve(release));
      resolve(null);
    };
    locks.request(name, { ifAvailable: true }, hold).catch(reject);
  });
}

/** Runs `work` under the lock if nobody holds it; else does nothing. */
export async function ifUnlocked(name: string, work: () => Promise<void>): Promise<void> {
  const locks = lockManager();
  if (!locks) return work();
  await locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

/** Whether a tab, this one or another, holds the lock now. */
export async function isLocked(name: string): Promise<boolean> {
  const { held = [] } = (await lockManager()?.query()) ?? {};
  return held.some((lock) => lock.name === name);
}

function lockManager(): LockManager | undefined {
  return typeof navigator === "undefined" ? undefined : navigator.locks;
}
