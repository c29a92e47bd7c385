import type { EventHub } from "../../../src/client/client";
import { cancelled, LuthierError } from "../../../src/lib/errors";
import type { Problem } from "../../../src/lib/problems/problem";
import type { TrainingResult } from "../../../src/protocol/commands";
import type { TrainingStatus } from "../../../src/protocol/events";
import type { MethodId } from "../../../src/shared/methods";
import type { StepReport } from "../../../src/shared/run-history";
import { en } from "../../../src/ui/text/en";
import type { Job, JobContext } from "../../../src/worker/jobs/owner";
import { fakeSampleAnswer } from "./data";
import type { FakeLibrary } from "./library";
import { pause } from "./pace";

const FAILS_AFTER = 12;

/** The requested run and its starting point. */
interface Asked {
  readonly id: MethodId;
  readonly highestRate: number;
  readonly totalSteps: number;
  readonly firstStep?: number;
}

/** Reports of a run that is to end soon; drawing the page for each of its steps would take most of its time. */
const FEW_REPORTS = 24;

/** What runs depend on. */
interface RunHost {
  readonly events: EventHub;
  readonly library: FakeLibrary;
  /** Milliseconds per report. */
  readonly paceMs: number;
  /** Whether a report covers many steps, so that a long run ends soon. */
  readonly reportsFew: boolean;
  /** Why every run fails after {@link FAILS_AFTER} steps. */
  readonly failure: Problem | null;
}

/** The fake client's training run: a plausible loss curve, and an adapter at the end. */
export class FakeRun {
  private paused = false;
  private step: { readonly step: number; readonly totalSteps: number } | null = null;
  private lost: Error | null = null;

  constructor(private readonly host: RunHost) {}

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  /** Interrupts the current run and returns its progress; null if there is none. */
  lose(error: Error): { readonly step: number; readonly totalSteps: number } | null {
    if (this.step) this.lost = error;
    return this.step;
  }

  job(asked: Asked): Job<TrainingResult> {
    return { kind: "train", run: ({ signal, admit }) => this.train(asked, signal, admit) };
  }

  private async train(
    { id, highestRate, totalSteps, firstStep = 0 }: Asked,
    signal: AbortSignal,
    admit: JobContext["admit"],
  ): Promise<TrainingResult> {
    let recall: (() => Promise<void>) | null = null;
    const startedAt = Date.now();
    this.paused = false;
    this.host.events.emit("log", { time: Date.now(), line: { kind: "optimizer-resumed", steps: 60 } });
    await pause(this.host.paceMs * 5);
    const burst = this.host.reportsFew ? Math.ceil((totalSteps - firstStep) / FEW_REPORTS) : 1;
    let step = firstStep;
    let loss = 0;
    while (step < totalSteps && !signal.aborted) {
      if (this.host.failure && step >= FAILS_AFTER) throw new LuthierError(this.host.failure);
      this.step = { step, totalSteps };
      await pause(this.host.paceMs);
      this.breakOff();
      const running = !this.paused && !signal.aborted;
      if (this.paused && !recall) {
        this.host.library.lend({
          ...this.host.library.describe("The paused run", { id, options: {} }, step, loss),
          id: "run",
        });
        recall = admit("answer");
      } else if (!this.paused && recall) {
        await recall();
        recall = null;
        this.host.library.lend(null);
      }
      const done = running ? stepsAfter(step, Math.min(step + burst, totalSteps)) : [];
      step = done.at(-1) ?? step;
      loss = lossAt(step);
      for (const sampled of done.filter((each) => each % 20 === 0))
        this.host.events.emit("sample", fakeSampleAnswer(sampled));
      this.host.events.emit("training", {
        steps: done.map((each) => reportOf(each, totalSteps, highestRate)),
        validation: done
          .filter((each) => each % 10 === 0 || each === totalSteps)
          .map((each) => ({ step: each, loss: lossAt(each) + 0.06 })),
        past: false,
        runId: "run",
        totalSteps,
        tokensPerSecond: 1234.5,
        remainingMs: (totalSteps - step) * 800,
        gpuBytes: 84_000_000,
        status: this.status(signal),
      });
    }
    this.step = null;
    await recall?.();
    if (recall) this.host.library.lend(null);
    if (step === firstStep) throw cancelled();
    const status = step === totalSteps ? "done" : "stopped";
    const name = `${en.methods[id].title} ${this.host.library.size + 1}`;
    const adapter = this.host.library.add(name, { id, options: {} }, "trained", step, loss);
    const result = {
      status,
      steps: step,
      finalLoss: loss,
      validationLoss: loss + 0.06,
      validationStep: step,
    } as const;
    return {
      ...result,
      elapsedMs: Date.now() - startedAt,
      chanceLoss: highestRate >= 1 ? Math.log(4096) : null,
      everyday: null,
      adapter,
    };
  }

  private breakOff(): void {
    const { lost } = this;
    if (!lost) return;
    this.lost = null;
    this.step = null;
    throw lost;
  }

  private status(signal: AbortSignal): TrainingStatus {
    if (signal.aborted) return "stopping";
    return this.paused ? "paused" : "running";
  }
}

/** The steps after `step` up to `last`. */
function stepsAfter(step: number, last: number): number[] {
  return Array.from({ length: last - step }, (_, index) => step + 1 + index);
}

/** A plausible loss; 0 before the first step. */
function lossAt(step: number): number {
  if (step === 0) return 0;
  return 0.4 + 3.1 * Math.exp(-step / 14) + 0.16 * Math.sin(step * 1.7) * Math.exp(-step / 50);
}

function reportOf(step: number, totalSteps: number, highestRate: number): StepReport {
  return {
    step,
    epoch: step / 20,
    loss: lossAt(step),
    learningRate: highestRate * Math.min(1, step / 5) * (1 - step / (totalSteps + 1)),
    gradNorm: 0.6 + 2 * Math.exp(-step / 9),
    supervisedTokens: 300,
  };
}
