import type { TrainingReport } from "../../protocol/events";

/** Charts of the run on display share this name, and with it cursor and zoom. */
export const RUN_CHARTS = "run";

/** A growing array of numbers. */
class Column {
  private data = new Float64Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const grown = new Float64Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = value;
  }

  /** The values so far, as a view that is only valid until the next push. */
  get values(): Float64Array {
    return this.data.subarray(0, this.length);
  }

  last(): number | null {
    return this.length === 0 ? null : (this.data[this.length - 1] ?? null);
  }

  clear(): void {
    this.length = 0;
  }
}

/** Decay of the smoothed loss: its memory is about a twentieth of the run. */
function smoothing(totalSteps: number): number {
  return 1 - 1 / Math.min(20, Math.max(2, totalSteps / 20));
}

/**
 * The series of a run, kept outside the store. The store only holds `version`; consumers re-read the series when it
 * changes.
 */
export class RunSeries {
  readonly step = new Column();
  readonly loss = new Column();
  /** Exponential moving average of the loss with bias correction, as in Adam. */
  readonly smoothLoss = new Column();
  readonly learningRate = new Column();
  readonly gradNorm = new Column();
  readonly validationStep = new Column();
  readonly validationLoss = new Column();
  /** Of objectives on pairs of answers; empty for others. */
  readonly chosenReward = new Column();
  readonly rejectedReward = new Column();
  readonly rewardMargin = new Column();
  readonly accuracy = new Column();
  readonly validationAccuracy = new Column();
  private mean = 0;
  private weight = 0;

  append(report: Pick<TrainingReport, "steps" | "validation" | "totalSteps">): void {
    const keep = smoothing(report.totalSteps);
    for (const step of report.steps) {
      this.mean = keep * this.mean + (1 - keep) * step.loss;
      this.weight = keep * this.weight + (1 - keep);
      this.step.push(step.step);
      this.loss.push(step.loss);
      this.smoothLoss.push(this.mean / this.weight);
      this.learningRate.push(step.learningRate);
      this.gradNorm.push(step.gradNorm);
      if (!step.preference) continue;
      const { chosenReward, rejectedReward, accuracy } = step.preference;
      this.chosenReward.push(chosenReward ?? NaN);
      this.rejectedReward.push(rejectedReward ?? NaN);
      this.rewardMargin.push((chosenReward ?? NaN) - (rejectedReward ?? NaN));
      this.accuracy.push(accuracy);
    }
    for (const point of report.validation) {
      this.validationStep.push(point.step);
      this.validationLoss.push(point.loss);
      if (point.preference) this.validationAccuracy.push(point.preference.accuracy);
    }
  }

  clear(): void {
    for (const column of [this.step, this.loss, this.smoothLoss, this.learningRate, this.gradNorm])
      column.clear();
    for (const column of [this.chosenReward, this.rejectedReward, this.rewardMargin]) column.clear();
    this.accuracy.clear();
    this.validationAccuracy.clear();
    this.validationStep.clear();
    this.validationLoss.clear();
    this.mean = 0;
    this.weight = 0;
  }
}
