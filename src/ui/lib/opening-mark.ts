import type { StateStorage } from "zustand/middleware";

const NAME = "luthier-opening";

/** A more recent start may be another tab that is still opening. */
const STUCK_MS = 10_000;

/**
 * Marks the start of the page. Returns whether an earlier start never finished, that is, something it loaded hung the
 * page.
 */
export function beginOpening(
  storage: Pick<StateStorage<void>, "getItem" | "setItem">,
  now = Date.now(),
): boolean {
  const earlier = Number(storage.getItem(NAME) ?? NaN);
  try {
    storage.setItem(NAME, String(now));
  } catch {
    // Storage is unavailable, so nothing is known.
  }
  return now - earlier > STUCK_MS;
}

/** Marks that the page has started, or was left while still responsive. */
export function endOpening(storage: Pick<StateStorage<void>, "removeItem">): void {
  storage.removeItem(NAME);
}
