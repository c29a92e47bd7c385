/**
 * Target duration of a submit in milliseconds: well below a GPU watchdog's 2 s, long enough to amortise submit
 * overhead. Software GPUs have no watchdog and costlier submits.
 */
const TARGET_MS = { gpu: 50, software: 200 } as const;
/** FLOPs per submit before the first measurement: 0.15 s at 13 GFLOP/s. */
const FIRST_FLOPS = 2e9;
/** Maximum growth per measurement: a first run may be shorter than the clock's resolution. */
const MAX_GROWTH = 8;
/** Runs with fewer FLOPs are dominated by overhead and not measured. */
const MIN_FLOPS = 1e8;

/**
 * Adapts the work per submit to measured throughput, so that no submit trips the GPU watchdog and fast GPUs stay busy.
 */
export class Pace {
  #sliceFlops = FIRST_FLOPS;
  #pending = 0;
  readonly #targetMs: number;

  constructor(isSoftware: boolean) {
    this.#targetMs = isSoftware ? TARGET_MS.software : TARGET_MS.gpu;
  }

  /** Target FLOPs per submit. */
  get sliceFlops(): number {
    return this.#sliceFlops;
  }

  /**
   * Measures a run that has just been submitted.
   *
   * @param flops FLOPs of the run
   * @param started `performance.now()` at its first submit
   * @param queue the queue it was submitted to
   */
  measure(flops: number, started: number, queue: Pick<GPUQueue, "onSubmittedWorkDone">): void {
    if (flops < MIN_FLOPS) return;
    // Overlapping runs would be timed together.
    const isAlone = this.#pending === 0;
    this.#pending += 1;
    const finish = (isDone: boolean): void => {
      this.#pending -= 1;
      if (isDone && isAlone) this.#adapt(flops, performance.now() - started);
    };
    queue.onSubmittedWorkDone().then(
      () => finish(true),
      () => finish(false),
    );
  }

  #adapt(flops: number, milliseconds: number): void {
    const measured = (flops / Math.max(milliseconds, 1e-3)) * this.#targetMs;
    this.#sliceFlops = Math.min(measured, MAX_GROWTH * this.#sliceFlops);
  }
}
