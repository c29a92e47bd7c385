import type { AdapterState } from "../adapters/adapter-state";
import type { HostTensor } from "../adapters/common/method";

/** Adapter values at the lowest validation loss so far. */
export interface Best {
  readonly step: number;
  readonly loss: number;
  readonly values: ReadonlyMap<string, HostTensor>;
}

/** State of {@link BestValues}, for resuming. */
export interface BestProgress {
  readonly best: Best | null;
  /** Validations since the best one. */
  readonly measuredSince: number;
}

/**
 * Tracks the adapter values with the lowest validation loss, and how long it has not improved (transformers'
 * `load_best_model_at_end` and `early_stopping_patience`).
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

  /** Records the validation loss of the current values; no step may be in flight. */
  async add(step: number, loss: number): Promise<void> {
    const { best, measuredSince } = this.#progress;
    if (best === null ? Number.isFinite(loss) : loss < best.loss) {
      this.#progress = { best: { step, loss, values: await this.#state.read() }, measuredSince: 0 };
    } else {
      this.#progress = { best, measuredSince: measuredSince + 1 };
    }
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
