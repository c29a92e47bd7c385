/** Lets others have the run under way kept before its time. */
export class KeepRequests {
  #waiting: (() => void)[] = [];
  #isRunning = false;

  /** Whether somebody waits for the run to be kept. */
  get isPending(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when the run has been kept or needs it no more; at once while no steps are computed. */
  ask(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Steps are computed from now on. */
  begin(): void {
    this.#isRunning = true;
  }

  /** The run was kept, or that was tried. */
  settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** No steps are computed any more: the run is over, or paused and kept. */
  end(): void {
    this.#isRunning = false;
    this.settle();
  }
}
