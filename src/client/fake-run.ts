import { cancelled } from "../lib/errors";
import type { TrainingResult } from "../protocol/commands";
import type { TrainingStatus } from "../protocol/events";
import { type MethodId, methodSpecs } from "../spec/methods";
import type { EventHub } from "./client";
import { fakeSampleAnswer } from "./fake-data";
import type { FakeLibrary } from "./fake-library";
import { pause } from "./fake-pace";

/** The training of the fake client: a loss that falls as such losses do, and an adapter at the end. */
export class FakeRun {
  private status: TrainingStatus = "done";

  /** @param paceMs milliseconds of a step */
  constructor(
    private readonly events: EventHub,
    private readonly library: FakeLibrary,
    private readonly paceMs: () => number,
  ) {}

  pause(): void {
    this.status = "paused";
  }

  resume(): void {
    this.status = "running";
  }

  stop(): void {
    this.status = "stopping";
  }

  async train(id: MethodId, highestRate: number, totalSteps: number, firstStep = 0): Promise<TrainingResult> {
    const startedAt = Date.now();
    this.status = "preparing";
    this.events.emit("log", { time: Date.now(), text: `Training with ${id}.` });
    await pause(this.paceMs() * 5);
    if (this.is("preparing")) this.status = "running";
    let step = firstStep;
    let loss = 0;
    while (step < totalSteps && !this.is("stopping")) {
      await pause(this.paceMs());
      const running = this.is("running");
      if (running) {
        step++;
        loss = 0.4 + 3.1 * Math.exp(-step / 14) + 0.16 * Math.sin(step * 1.7) * Math.exp(-step / 50);
      }
      const learningRate = highestRate * Math.min(1, step / 5) * (1 - step / (totalSteps + 1));
      const report = {
        step,
        epoch: step / 20,
        loss,
        learningRate,
        gradNorm: 0.6 + 2 * Math.exp(-step / 9),
        supervisedTokens: 300,
      };
      if (running && step % 20 === 0) this.events.emit("sample", fakeSampleAnswer(step));
      this.events.emit("training", {
        steps: running ? [report] : [],
        validation: running && (step % 10 === 0 || step === totalSteps) ? [{ step, loss: loss + 0.06 }] : [],
        past: false,
        totalSteps,
        tokensPerSecond: 1234.5,
        remainingMs: (totalSteps - step) * 800,
        gpuBytes: 84_000_000,
        status: this.status,
      });
    }
    if (step === firstStep) throw cancelled();
    const status = step === totalSteps ? "done" : "stopped";
    const name = `${methodSpecs[id].title} ${this.library.size + 1}`;
    const adapter = this.library.add(name, { id, options: {} }, "trained", step, loss);
    this.status = status;
    const result = { status, steps: step, finalLoss: loss, validationLoss: loss + 0.06 } as const;
    return { ...result, elapsedMs: Date.now() - startedAt, adapter };
  }

  /** The status may change during every wait, which TypeScript does not see in the field itself. */
  private is(status: TrainingStatus): boolean {
    return this.status === status;
  }
}
