/** Delay of the first empty submit; later ones wait a fixed fraction of the time elapsed so far. */
const FIRST_MS = 1;
const SHARE = 1 / 8;
/** Polling interval of browsers that poll for completion (Firefox). */
const BROWSER_POLL_MS = 100;

/**
 * Reduces completion latency. Firefox polls for finished GPU work only every 100 ms, but also at each submit, so empty
 * submits are issued at growing intervals while anything is awaited. A wait grows by at most 1/8. After 0.8 s the
 * browser's own polling is as good and submits stop, so no wait costs more than about sixty submits, even one that
 * never resolves.
 */
export class QueuePoller {
  readonly #queue: GPUQueue;
  #waiting = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queue: GPUQueue) {
    this.#queue = queue;
  }

  /** Awaits `promise`, polling the queue until it settles. */
  async awaitWork<T>(promise: Promise<T>): Promise<T> {
    this.#waiting++;
    this.#restart();
    try {
      return await promise;
    } finally {
      this.#waiting--;
      this.#restart();
    }
  }

  /** Resets the interval: the next completion may follow soon after this one. */
  #restart(): void {
    clearTimeout(this.#timer);
    this.#since = performance.now();
    if (this.#waiting > 0) this.#schedule();
  }

  #schedule(): void {
    const delay = Math.max(FIRST_MS, (performance.now() - this.#since) * SHARE);
    if (delay >= BROWSER_POLL_MS) return;
    this.#timer = setTimeout(() => {
      this.#queue.submit([]);
      this.#schedule();
    }, delay);
  }
}
