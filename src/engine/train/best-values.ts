import type { AdapterState } from "../adapters/adapter-state";
import type { HostTensor } from "../adapters/common/method";

/** Adapter values at the best validation so far. */
export interface Best {
  readonly step: number;
  readonly loss: number;
  /** What they are best by, lower being better; absent: the loss. */
  readonly figure?: number;
  readonly values: ReadonlyMap<string, HostTensor>;
}

/** State of {@link BestValues}, for resuming. */
export interface BestProgress {
  readonly best: Best | null;
  /** Validations since the best one. */
  readonly measuredSince: number;
}

/**
 * Tracks the adapter values with the lowest validation loss, or the lowest of another figure, and how long it has not
 * improved (transformers' `load_best_model_at_end`, `metric_for_best_model` and `early_stopping_patience`).
 */
export class BestValues {
  readonly #state: AdapterState;
  #progress: BestProgress;

  constructor(state: AdapterState, progress: BestProgress = { best: null, measuredSince: 0 }) {
    this.#state = state;
    this.#progress = progress;
  }

  get progress(): BestProgress {
    return this.#progress;
  }

  /**
   * Records the validation loss of the current values, and the figure by which they are compared if that is another;
   * lower is better. No step may be in flight.
   */
  async add(step: number, loss: number, figure?: number): Promise<void> {
    const { best, measuredSince } = this.#progress;
    const measured = figure ?? loss;
    if (best === null ? Number.isFinite(measured) : measured < (best.figure ?? best.loss)) {
      const values = await this.#state.read();
      const found = { step, loss, ...(figure !== undefined && { figure }), values };
      this.#progress = { best: found, measuredSince: 0 };
    } else {
      this.#progress = { best, measuredSince: measuredSince + 1 };
    }
  }

  /** Restarts the count for an extended run. */
  resetPatience(): void {
    this.#progress = { ...this.#progress, measuredSince: 0 };
  }

  /** Discards the best values, when earlier ones are no longer candidates. */
  forget(): void {
    this.#progress = { best: null, measuredSince: 0 };
  }

  /** Restores the best values and returns them; null if nothing was measured. */
  restore(): Best | null {
    const { best } = this.#progress;
    if (best) this.#state.write(best.values);
    return best;
  }
}
