import type { TrainingReport } from "../../protocol/events";
import { formatClock, formatLoss, formatTyped } from "./format";

const KEPT_LINES = 5000;

/** The lines of the log, kept outside the store; the oldest go when there are too many. */
export class RunLog {
  private kept: string[] = [];

  /** The lines, oldest first. */
  get lines(): readonly string[] {
    return this.kept;
  }

  add(time: number, text: string): void {
    this.kept.push(`${formatClock(time)}  ${text}`);
    if (this.kept.length > KEPT_LINES) this.kept = this.kept.slice(-KEPT_LINES * 0.8);
  }

  /** One line a step, and one a validation. */
  addReport(time: number, report: Pick<TrainingReport, "steps" | "validation" | "totalSteps">): void {
    for (const step of report.steps) {
      this.add(
        time,
        `step ${step.step}/${report.totalSteps}  loss ${formatLoss(step.loss)}  lr ${formatTyped(Number(step.learningRate.toPrecision(3)))}  grad norm ${step.gradNorm.toPrecision(3)}`,
      );
    }
    for (const point of report.validation) {
      this.add(time, `step ${point.step}/${report.totalSteps}  validation loss ${formatLoss(point.loss)}`);
    }
  }

  clear(): void {
    this.kept = [];
  }
}
