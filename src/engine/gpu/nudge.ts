/** The first nudge comes after so long, and later ones each after a share of the time waited so far. */
const FIRST_MS = 1;
const SHARE = 1 / 8;
/** Browsers that poll do so at least this often by themselves. */
const BROWSER_POLL_MS = 100;

/**
 * Hears of finished work sooner. Firefox looks only every 100 ms whether the GPU has done what a promise waits for, but
 * also at each submit: so while anything is awaited, empty submits follow at growing intervals. A wait gets longer by an
 * eighth at most, and after 0.8 s the browser's own poll is as good, so that no wait costs more than some sixty submits,
 * even one that never ends.
 */
export class Nudger {
  readonly #queue: GPUQueue;
  #waiting = 0;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queue: GPUQueue) {
    this.#queue = queue;
  }

  /** The same promise, awaited with nudges. */
  async hasten<T>(promise: Promise<T>): Promise<T> {
    this.#waiting++;
    this.#restart();
    try {
      return await promise;
    } finally {
      this.#waiting--;
      this.#restart();
    }
  }

  /** What is awaited next may be done soon after what came before it. */
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
