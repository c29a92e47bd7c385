/** Blocks waiting work while closed; closed while a run is paused. */
export class Gate {
  #opened: Promise<void> = Promise.resolve();
  #open: (() => void) | null = null;

  get isClosed(): boolean {
    return this.#open !== null;
  }

  close(): void {
    if (this.#open) return;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open?.();
    this.#open = null;
  }

  /** Resolves when the gate is open. */
  pass(): Promise<void> {
    return this.#opened;
  }
}
