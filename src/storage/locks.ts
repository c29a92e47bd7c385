/**
 * Acquires a lock shared by all tabs, so that one does not delete what another is writing.
 * @returns a release function; a no-op without the Web Locks API
 */
export async function holdLock(name: string, mode: LockMode = "exclusive"): Promise<() => void> {
  const locks = lockManager();
  if (!locks) return () => undefined;
  return new Promise((resolve, reject) => {
    locks.request(name, { mode }, () => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/**
 * Acquires a lock if it is free.
 * @returns a release function, or null if the lock is held
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

/** Runs `work` under the lock if it is free; otherwise does nothing. */
export async function ifUnlocked(name: string, work: () => Promise<void>): Promise<void> {
  const locks = lockManager();
  if (!locks) return work();
  await locks.request(name, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
}

/** Whether any tab holds the lock. */
export async function isLocked(name: string): Promise<boolean> {
  const { held = [] } = (await lockManager()?.query()) ?? {};
  return held.some((lock) => lock.name === name);
}

function lockManager(): LockManager | undefined {
  return typeof navigator === "undefined" ? undefined : navigator.locks;
}
