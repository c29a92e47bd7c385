import { AdapterState } from "../../engine/adapters/adapter-state";
import { BestValues } from "../../engine/train/best-values";
import { trainingLoop, type TrainingPlan, type LoopReport } from "../../engine/train/loop";
import { fittingWarmup } from "../../engine/train/schedule";
import type { SelectionProgress } from "../../engine/train/selection";
import type { LogLine } from "../../protocol/log";
import type { ScoreId, ScoreValues } from "../../shared/scores";
import type { BestBy, TrainingOptions } from "../../shared/training";
import { BestCheckpoints } from "../best-checkpoints";
import { bestFigure } from "../best-figure";
import type { NewAdapter } from "../kept-adapter";
import { makeTrainer } from "../make-trainer";
import { keptOptimizer, momentsOf } from "../optimizer-state";
import { prepareReferences } from "../references";
import type { RunRecorder } from "../run-recorder";
import type { Resumption } from "../resumption";
import { RunKeeper } from "../run-progress";
import { type RunSetup, startValues, validationInterval } from "../run-setup";
import { Sampler } from "../sampler";
import type { TrainingData } from "../training-data";
import type { TrainingReporter } from "../training-reporter";
import type { Run } from "./run";
import type { Trainer } from "../../engine/train/trainer";

/** The reference for the objective if the run continues an adapter: that adapter; null for new adapters. */
async function referenceState(run: Run, setup: RunSetup): Promise<AdapterState | null> {
  if (run.config.continueFrom === null) return null;
  return AdapterState.of(run.session.model.engine.gpu, setup.adapter, await startValues(run.session, setup));
}

/** Writes a line to the run's log. */
type Tell = (line: LogLine) => void;

/** Outputs of a run. */
export interface RunState {
  readonly state: AdapterState;
  readonly reporter: TrainingReporter;
  readonly recorder: RunRecorder;
  trained(): NewAdapter;
  readonly startedAt: number;
}

/** Returns the serialised optimizer state that matches the values, or null if none is kept. */
export async function trainAll(
  run: Run,
  setup: RunSetup,
  parts: RunState,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { session, config, signal } = run;
  const { state, reporter } = parts;
  const { data, training } = setup;
  const watch = await openWatch(run, setup, parts);
  const { trainer, tell } = watch;
  const isTimeOver = (): boolean => isOverTime(training, reporter);
  try {
    await goOn(run, setup, watch);
    const plan = {
      ...loopPlan(training, data),
      ...validatedStep(run.resume),
      shouldRest: () => isRestDue(run, watch),
      shouldEnd: isTimeOver,
    };
    session.keepRequests.begin();
    if (plan.warmupSteps !== training.warmupSteps) {
      const { totalSteps } = data;
      tell({ kind: "warmup-cut", asked: training.warmupSteps, taken: plan.warmupSteps, totalSteps });
    }
    for await (const report of trainingLoop(trainer, plan, signal)) {
      if (report.type === "validation") {
        await takeValidation(report, run, setup, parts, watch);
        if (!isPatienceOver(training, watch.best)) continue;
        const { earlyStoppingPatience: measurements } = training;
        tell({ kind: "stopping-early", measurements, metric: watch.metric.id });
        break;
      }
      if (report.type === "selection" || report.type === "selected") {
        logSelection(report, tell);
        // Earlier bests were measured with a different selection of parameters.
        if (report.type === "selected") watch.best.forget();
        continue;
      }
      reporter.add(report, report.type === "step" ? data.tokens(report.step - 1) : 0);
      if (report.type !== "rest") continue;
      if (watch.sampler?.isDue(report.step)) await watch.sampler.sample(report.step, state, signal);
      await checkpointAndPause(run, reporter, watch.keeper, parts.trained);
    }
    if (isTimeOver() && trainer.stepCount < data.totalSteps)
      tell({ kind: "time-over", minutes: training.maxMinutes ?? 0 });
    await session.model.engine.gpu.settle();
    const taken = training.loadBestModelAtEnd
      ? restoreBest(watch.best, reporter, tell, watch.metric.id)
      : null;
    // The last step's moments do not match the values of an earlier step.
    if (taken !== null && taken !== trainer.stepCount) return null;
    return await keptOptimizer(trainer, state, config.method);
  } finally {
    session.keepRequests.end();
    trainer.destroy();
  }
}

/** The trainer, and what accompanies it during a run. */
interface Watch {
  readonly tell: Tell;
  readonly trainer: Trainer;
  readonly best: BestValues;
  readonly sampler: Sampler | null;
  readonly checkpoints: BestCheckpoints;
  readonly keeper: RunKeeper;
  readonly metric: Metric;
}

async function openWatch(run: Run, setup: RunSetup, parts: RunState): Promise<Watch> {
  const { session, config, signal, resume } = run;
  const { state, reporter, recorder } = parts;
  const { data, training } = setup;
  const tell: Tell = (line) => recorder.emit("log", { time: Date.now(), line });
  const references = await prepareReferences({
    session,
    setup,
    kept: resume?.references,
    start: () => referenceState(run, setup),
    tell,
    signal,
  });
  const trainer = await makeTrainer(session, setup, state);
  const best = new BestValues(state, resume?.best);
  const sampler = await Sampler.create({ model: session.model, emit: recorder.emit }, setup, config);
  const figureOf = (step: number): number | undefined => {
    const point = reporter.history.validation.find((measured) => measured.step === step);
    return point && (bestFigure(training, point).figure ?? point.loss);
  };
  const checkpoints = await BestCheckpoints.open(
    session,
    recorder.emit,
    training.keepCheckpoints ?? 0,
    recorder.checkpointIds,
    figureOf,
  );
  const keeper = new RunKeeper({
    ...parts,
    session,
    trainer,
    best,
    run: { config, totalSteps: data.totalSteps, ...(references && { references }) },
  });
  const metric = new Metric(training, (asked) => {
    tell({ kind: "no-metric", metric: asked });
    // Earlier bests were the best by that score.
    best.forget();
  });
  return { tell, trainer, best, sampler, checkpoints, keeper, metric };
}

/** Restores an interrupted run, or adopts the moments of the adapter that a new run continues. */
async function goOn(
  { session, config, resume }: Run,
  { data, adapter }: RunSetup,
  { trainer, tell }: Watch,
): Promise<void> {
  if (resume) {
    resume.restore(trainer);
    const { step, isExtension } = resume;
    tell({ kind: isExtension ? "extended" : "resumed", step, totalSteps: data.totalSteps });
    return;
  }
  const moments = config.continueFrom && (await momentsOf(session, config.continueFrom, adapter));
  if (!moments) return;
  trainer.adopt(moments);
  tell({ kind: "optimizer-resumed", steps: moments.steps });
}

/** Whether the loop is to pause between steps for a checkpoint, a sample or the user. */
function isRestDue({ gate, session }: Run, { keeper, sampler, trainer }: Watch): boolean {
  return (
    gate.isClosed ||
    keeper.isDue ||
    session.keepRequests.isPending ||
    sampler?.isDue(trainer.stepCount) === true
  );
}

/** Answers held-out rows if a score decides, keeps the best checkpoints, and remembers the best values. */
async function takeValidation(
  report: Extract<LoopReport, { type: "validation" }>,
  { signal }: Run,
  { training }: RunSetup,
  { state, reporter, recorder, trained }: RunState,
  { sampler, metric, checkpoints, best }: Watch,
): Promise<void> {
  const answered = sampler?.goesWithValidation ? await sampler.sample(report.step, state, signal) : null;
  reporter.add(report, 0, answered);
  if (answered) reporter.excludePause();
  const { figure } = metric.of(answered);
  if (report.step > 0) {
    await checkpoints.offer(trained(), report.step, figure ?? report.loss);
    recorder.checkpointIds = checkpoints.ids;
  }
  if (watchesBest(training)) await best.add(report.step, report.loss, figure);
}

/** Saves a checkpoint when due and waits while the run is paused, and can be asked. This time does not count towards step time. */
async function checkpointAndPause(
  { gate, signal, session, admit }: Run,
  reporter: TrainingReporter,
  keeper: RunKeeper,
  trained: () => NewAdapter,
): Promise<void> {
  const { keepRequests } = session;
  if (gate.isClosed || keeper.isDue || keepRequests.isPending) await keeper.keep();
  keepRequests.settle();
  if (gate.isClosed) {
    reporter.send("paused");
    keepRequests.end();
    session.lend(trained());
    const recall = admit("answer");
    await gate.pass();
    await recall();
    session.lend(null);
    keepRequests.begin();
    if (!signal.aborted) reporter.send("running");
  }
  reporter.excludePause();
}

/** Logs the progress of parameter selection, in quarters. */
function logSelection(progress: SelectionProgress, tell: Tell): void {
  if (progress.type === "selected") {
    tell({ kind: "selected", numbers: progress.training });
    return;
  }
  const { done, total } = progress;
  const quarter = Math.ceil(total / 4);
  if (done === 1) tell({ kind: "weighing", texts: total });
  if (done === total || done % quarter === 0) tell({ kind: "weighed", done, texts: total });
}

/** Training time excludes pauses, so that a paused run does not run out of it. */
function isOverTime({ maxMinutes = 0 }: TrainingOptions, { activeMs }: TrainingReporter): boolean {
  return maxMinutes > 0 && activeMs >= maxMinutes * 60_000;
}

/** What tells the best values: as asked, or the loss where the score does not apply to the held-out rows. */
class Metric {
  #id: BestBy;
  readonly #onAbsent: (asked: ScoreId) => void;

  constructor({ metricForBestModel = "loss" }: TrainingOptions, onAbsent: (asked: ScoreId) => void) {
    this.#id = metricForBestModel;
    this.#onAbsent = onAbsent;
  }

  get id(): BestBy {
    return this.#id;
  }

  /** The figure of a validation, lower being better; none for the loss itself. */
  of(scores: ScoreValues | null): { readonly figure?: number } {
    const found = bestFigure({ metricForBestModel: this.#id }, scores ? { scores } : {});
    if (this.#id !== "loss" && found.figure === undefined) {
      this.#onAbsent(this.#id);
      this.#id = "loss";
    }
    return found;
  }
}

function watchesBest(training: TrainingOptions): boolean {
  return training.loadBestModelAtEnd || training.earlyStoppingPatience > 0;
}

function isPatienceOver({ earlyStoppingPatience }: TrainingOptions, { progress }: BestValues): boolean {
  return earlyStoppingPatience > 0 && progress.measuredSince >= earlyStoppingPatience;
}

/** Returns the step whose values were restored, or null. */
function restoreBest(
  best: BestValues,
  reporter: TrainingReporter,
  tell: Tell,
  metric: BestBy,
): number | null {
  const taken = best.restore();
  if (!taken) return null;
  reporter.validationLoss = taken.loss;
  reporter.validationStep = taken.step;
  tell({ kind: "best-taken", step: taken.step, loss: taken.loss, metric });
  return taken.step;
}

function validatedStep(resume: Resumption | null): Pick<TrainingPlan, "validatedStep"> {
  const last = resume?.history.validation.at(-1);
  return last ? { validatedStep: last.step } : {};
}

function loopPlan(training: TrainingOptions, data: TrainingData): TrainingPlan {
  const { learningRate, schedule, warmupSteps, seed } = training;
  const { totalSteps, validation } = data;
  return {
    totalSteps,
    batches: (step) => data.batches(step),
    epoch: (step) => data.epoch(step),
    validation,
    validateEvery: validationInterval(training, data),
    learningRate,
    schedule,
    warmupSteps: fittingWarmup(warmupSteps, totalSteps),
    seed,
  };
}
