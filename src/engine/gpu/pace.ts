/**
 * A submit is to take about so long, in milliseconds: far from a watchdog's 2 s, and enough that submits cost little. No
 * watchdog looks after a software GPU, where submits cost more.
 */
const TARGET_MS = { gpu: 50, software: 200 } as const;
/** Work of the first submits, before anything was measured: 0.15 s on a GPU of 13 GFLOP/s. */
const FIRST_FLOPS = 2e9;
/** One measurement can raise the work of a submit by so much: a first run may be shorter than the clock can tell. */
const MAX_GROWTH = 8;
/** Runs with less work than this tell nothing about the speed of arithmetic. */
const MIN_FLOPS = 1e8;

/**
 * How much work goes into one submit, so that none runs as long as an operating system's GPU watchdog allows and a fast
 * GPU is not kept waiting for the next: it follows what earlier runs took.
 */
export class Pace {
  #sliceFlops = FIRST_FLOPS;
  #pending = 0;
  readonly #targetMs: number;

  constructor(isSoftware: boolean) {
    this.#targetMs = isSoftware ? TARGET_MS.software : TARGET_MS.gpu;
  }

  /** Multiply-adds, counted twice, that one submit should hold. */
  get sliceFlops(): number {
    return this.#sliceFlops;
  }

  /**
   * Measures a run that has just been submitted.
   *
   * @param flops its work
   * @param started `performance.now()` of its first submit
   * @param queue where it was submitted
   */
  measure(flops: number, started: number, queue: Pick<GPUQueue, "onSubmittedWorkDone">): void {
    if (flops < MIN_FLOPS) return;
    // With other work in the queue the time would be that of both.
    const isAlone = this.#pending === 0;
    this.#pending += 1;
    const finish = (isDone: boolean): void => {
      this.#pending -= 1;
      if (isDone && isAlone) this.#follow(flops, performance.now() - started);
    };
    queue.onSubmittedWorkDone().then(
      () => finish(true),
      () => finish(false),
    );
  }

  #follow(flops: number, milliseconds: number): void {
    const measured = (flops / Math.max(milliseconds, 1e-3)) * this.#targetMs;
    this.#sliceFlops = Math.min(measured, MAX_GROWTH * this.#sliceFlops);
  }
}
