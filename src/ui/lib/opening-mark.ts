import type { StateStorage } from "zustand/middleware";

const NAME = "luthier-opening";

/** An opening that began less long ago may be that of another tab, still on its way. */
const STUCK_MS = 10_000;

/**
 * Notes that the page is opening; tells whether an earlier opening began and never came to rest: something that was read
 * at its start hung the page.
 */
export function beginOpening(
  storage: Pick<StateStorage<void>, "getItem" | "setItem">,
  now = Date.now(),
): boolean {
  const earlier = Number(storage.getItem(NAME) ?? NaN);
  try {
    storage.setItem(NAME, String(now));
  } catch {
    // A storage that takes nothing can tell nothing.
  }
  return now - earlier > STUCK_MS;
}

/** Notes that the page has come to rest, or was left while it could still tell so. */
export function endOpening(storage: Pick<StateStorage<void>, "removeItem">): void {
  storage.removeItem(NAME);
}
