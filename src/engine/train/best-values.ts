import type { AdapterState } from "../adapters/adapter-state";
import type { HostTensor } from "../adapters/common/method";

/** The values of the step that measured best so far. */
export interface Best {
  readonly step: number;
  readonly loss: number;
  readonly values: ReadonlyMap<string, HostTensor>;
}

/** What {@link BestValues} knows, to go on with it later. */
export interface BestProgress {
  readonly best: Best | null;
  /** Measurements since the best one. */
  readonly measuredSince: number;
}

/**
 * Keeps an adapter's values at the lowest validation loss, and tells when it has not fallen for long
 * (transformers' `load_best_model_at_end` and `early_stopping_patience`).
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

  /** Takes in a measurement of the adapter as it is now; no step may be on its way. */
  async add(step: number, loss: number): Promise<void> {
    const { best, measuredSince } = this.#progress;
    if (best === null ? Number.isFinite(loss) : loss < best.loss) {
      this.#progress = { best: { step, loss, values: await this.#state.read() }, measuredSince: 0 };
    } else {
      this.#progress = { best, measuredSince: measuredSince + 1 };
    }
  }

  /** Starts anew, where earlier values are no longer what the run is to end with. */
  forget(): void {
    this.#progress = { best: null, measuredSince: 0 };
  }

  /** Puts the best values back into the adapter and returns where they are from; null when nothing was measured. */
  restore(): Best | null {
    const { best } = this.#progress;
    if (best) this.#state.write(best.values);
    return best;
  }
}
