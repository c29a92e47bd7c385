import { LuthierError } from "../../lib/errors";
import type { TrainingResult } from "../../protocol/commands";
import { planAdapter, withoutPlan } from "../adapter-plan";
import type { RunConfig } from "../../spec/training";
import type { RunCheckpoint } from "../../storage/checkpoints";
import type { EncodedRows } from "../encoded-rows";
import { Gate } from "../gate";
import type { Handlers } from "../serve";
import type { Session } from "../session";
import { withExperts } from "../experts";
import { forecastTraining } from "../forecast";
import { measureTraining } from "../measure";
import { findInterruptedRun, forgetRun, requireCheckpoint } from "../run-progress";
import { runTraining } from "../training-run";

type Names =
  | "planAdapter"
  | "forecastTraining"
  | "measureTraining"
  | "train"
  | "interruptedRun"
  | "resumeRun"
  | "discardRun"
  | "pause"
  | "resume"
  | "stop";

/** Planning and running of a training. */
export function trainingHandlers(session: Session, encoded: EncodedRows): Pick<Handlers, Names> {
  const gate = new Gate();
  let forecast = new AbortController();
  /** One run at a time; Stop ends it. */
  const alone = async <T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (session.training) {
      throw new LuthierError(
        "config",
        "A training is already running.",
        "Stop it first, or wait until it is done.",
      );
    }
    const controller = new AbortController();
    session.training = controller;
    try {
      return await run(controller.signal);
    } finally {
      session.training = null;
    }
  };
  const run = (config: RunConfig, resume: RunCheckpoint | null): Promise<TrainingResult> =>
    alone((signal) => {
      gate.open();
      return runTraining({ session, encoded, config, gate, signal, resume });
    });
  return {
    async planAdapter({ method }) {
      const { engine, tokenizer } = session.model;
      const tokenize = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
      try {
        return planAdapter(engine.spec, tokenize, await withExperts(session, method));
      } catch (error) {
        return withoutPlan(engine.spec, error);
      }
    },
    forecastTraining({ config, budgetBytes }) {
      forecast.abort();
      forecast = new AbortController();
      return forecastTraining(session, encoded, config, budgetBytes, forecast.signal);
    },
    measureTraining: (config) => alone((signal) => measureTraining(session, encoded, config, signal)),
    train: (config) => run(config, null),
    interruptedRun: () => findInterruptedRun(session),
    async resumeRun() {
      const resume = await requireCheckpoint(session);
      return run(resume.config, resume);
    },
    discardRun: () => forgetRun(session),
    pause: () => {
      if (session.training) gate.close();
    },
    resume: () => gate.open(),
    stop: () => {
      session.training?.abort();
      gate.open();
    },
  };
}
