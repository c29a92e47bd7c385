/** Requests to save a checkpoint of the current run early. */
export class KeepRequests {
  #waiting: (() => void)[] = [];
  #isRunning = false;

  /** Whether anyone is waiting for a checkpoint. */
  get isPending(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when the run has been saved or does not need it; immediately while no steps are running. */
  ask(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Steps are running from now on. */
  begin(): void {
    this.#isRunning = true;
  }

  /** A checkpoint was saved, or saving failed. */
  settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** No steps are running: the run has ended, or is paused and saved. */
  end(): void {
    this.#isRunning = false;
    this.settle();
  }
}
