import type { LoopReport } from "../engine/train/loop";
import type { TrainingReport, TrainingStatus } from "../protocol/events";
import type { RunHistory, StepReport, ValidationReport } from "../shared/run-history";
import type { ScoreValues } from "../shared/scores";
import type { Emit } from "./serve";

/** Limits messages to ten a second. */
const INTERVAL_MS = 100;
/** Speed is averaged over this many steps. */
const WINDOW_STEPS = 20;

interface Speed {
  readonly tokensPerSecond: number;
  readonly msPerStep: number;
}

/** Collects the training loop's reports and sends them in batches, with speed and remaining time. */
export class TrainingReporter {
  readonly #emit: Emit;
  readonly #runId: string;
  readonly #totalSteps: number;
  readonly #gpuBytes: () => number;
  /** All steps reported so far, and how many have been sent. */
  readonly #steps: StepReport[] = [];
  readonly #validation: ValidationReport[] = [];
  #sent = { steps: 0, validation: 0 };
  #recent: { timeMs: number; tokens: number }[] = [];
  #lastSpeed: Speed | null = null;
  #lastSent = -Infinity;
  #doneSteps = 0;
  /** Training time without pauses, and when it was last added to. */
  #activeMs = 0;
  #activeSince = performance.now();
  #tokens = 0;
  /** The step after which `validationLoss` was measured. */
  validationStep: number | null = null;
  /** The latest values; the result of the run. */
  finalLoss: number | null = null;
  validationLoss: number | null = null;

  constructor(emit: Emit, runId: string, totalSteps: number, gpuBytes: () => number) {
    this.#emit = emit;
    this.#runId = runId;
    this.#totalSteps = totalSteps;
    this.#gpuBytes = gpuBytes;
  }

  get doneSteps(): number {
    return this.#doneSteps;
  }

  /** Tokens computed so far, excluding padding. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Training time so far, without pauses. */
  get activeMs(): number {
    return this.#activeMs;
  }

  /** Everything the run has reported so far. */
  get history(): RunHistory {
    return { steps: [...this.#steps], validation: [...this.#validation] };
  }

  /** Restores and sends the history of a resumed run. */
  replay({ steps, validation }: RunHistory): void {
    for (const step of steps) this.#addStep(step);
    for (const point of validation) this.#addValidation(point);
    this.#activeMs = steps.at(-1)?.activeMs ?? 0;
    this.#activeSince = performance.now();
    this.send("preparing", true);
  }

  /**
   * Adds a report, and sends a message if the last one is old enough.
   *
   * @param tokens tokens computed in the step, excluding padding
   * @param scores of answers to held-out rows, with a validation
   */
  add(report: LoopReport, tokens: number, scores: ScoreValues | null = null): void {
    if (report.type === "validation") {
      const { step, loss, preference } = report;
      this.#addValidation({ step, loss, ...(preference && { preference }), ...(scores && { scores }) });
    } else if (report.type === "step") {
      const { step, epoch, loss, learningRate, gradNorm, supervisedTokens, preference } = report;
      const now = performance.now();
      this.#activeMs += now - this.#activeSince;
      this.#activeSince = now;
      const activeMs = Math.round(this.#activeMs);
      const figures = { step, epoch, loss, learningRate, gradNorm, supervisedTokens, tokens, activeMs };
      this.#addStep({ ...figures, ...(preference && { preference }) });
      this.#recent = [...this.#recent, { timeMs: performance.now(), tokens }].slice(-WINDOW_STEPS);
    }
    if (performance.now() - this.#lastSent >= INTERVAL_MS) this.send("running");
  }

  /** Excludes a pause from the speed, which keeps its value until two more steps have been timed. */
  excludePause(): void {
    this.#recent = [];
    this.#activeSince = performance.now();
  }

  send(status: TrainingStatus, past = false): void {
    const speed = this.#speed();
    const report: TrainingReport = {
      runId: this.#runId,
      steps: this.#steps.slice(this.#sent.steps),
      validation: this.#validation.slice(this.#sent.validation),
      past,
      totalSteps: this.#totalSteps,
      tokensPerSecond: speed?.tokensPerSecond ?? 0,
      remainingMs: speed ? (this.#totalSteps - this.#doneSteps) * speed.msPerStep : null,
      gpuBytes: this.#gpuBytes(),
      status,
    };
    this.#sent = { steps: this.#steps.length, validation: this.#validation.length };
    this.#lastSent = performance.now();
    this.#emit("training", report);
  }

  #addStep(report: StepReport): void {
    this.#steps.push(report);
    this.#doneSteps = report.step;
    this.#tokens += report.tokens ?? 0;
    this.finalLoss = report.loss;
  }

  #addValidation(report: ValidationReport): void {
    this.#validation.push(report);
    this.validationLoss = report.loss;
    this.validationStep = report.step;
  }

  #speed(): Speed | null {
    const [first, last] = [this.#recent[0], this.#recent.at(-1)];
    if (first && last && first !== last) {
      const elapsedMs = last.timeMs - first.timeMs;
      const tokens = this.#recent.slice(1).reduce((sum, step) => sum + step.tokens, 0);
      this.#lastSpeed = {
        tokensPerSecond: (tokens / elapsedMs) * 1000,
        msPerStep: elapsedMs / (this.#recent.length - 1),
      };
    }
    return this.#lastSpeed;
  }
}
