import { planAdapter, withoutPlan } from "../adapter-plan";
import type { EncodedRows } from "../encoded-rows";
import { withExperts } from "../experts";
import { forecastTraining } from "../forecast";
import { Gate } from "../gate";
import { discardRunJob } from "../jobs/edit-library";
import { findRateJob } from "../jobs/find-rate";
import { measureJob } from "../jobs/measure";
import type { JobOwner } from "../jobs/owner";
import { resumeRunJob, trainJob } from "../jobs/train";
import { listInterruptedRuns } from "../run-progress";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names =
  | "planAdapter"
  | "forecastTraining"
  | "measureTraining"
  | "findLearningRate"
  | "train"
  | "interruptedRuns"
  | "resumeRun"
  | "discardRun"
  | "pause"
  | "resume";

/** Commands that forecast, measure and run training. */
export function trainingHandlers(
  owner: JobOwner,
  session: Session,
  encoded: EncodedRows,
): Pick<Handlers, Names> {
  const gate = new Gate();
  const host = { session, encoded, gate };
  /** GPU bytes of KV caches and adapters that are not freed for training. */
  const otherBytes = (): number =>
    owner.runs("train", "measure")
      ? 0
      : Math.max(0, session.gpuBytes - session.model.engine.weights.sizeBytes);
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
    async forecastTraining({ config, budgetBytes }, { signal }) {
      // While another model is being loaded, the current model's weights may be evicted.
      await owner.ended(["load-model"], signal);
      return forecastTraining(session, encoded, { config, budgetBytes, otherBytes: otherBytes() }, signal);
    },
    measureTraining: (config, call) => owner.run(measureJob(session, encoded, config), call),
    findLearningRate: (config, call) => owner.run(findRateJob(session, encoded, config), call),
    train: ({ config, name, again }, call) => owner.run(trainJob(host, config, name, again), call),
    interruptedRuns: () => (owner.runs("train") ? [] : listInterruptedRuns(session)),
    resumeRun: ({ id, moreSteps }, call) => owner.run(resumeRunJob(host, id, moreSteps), call),
    discardRun: ({ id }, call) => owner.run(discardRunJob(id), call),
    pause: () => {
      if (owner.runs("train")) gate.close();
    },
    resume: () => gate.open(),
  };
}
