import { AdapterState, trainableCount } from "../../engine/adapters/adapter-state";
import type { Adapter } from "../../engine/adapters/common/method";
import { BestValues } from "../../engine/train/best-values";
import { trainingLoop, type TrainingPlan } from "../../engine/train/loop";
import { fittingWarmup } from "../../engine/train/schedule";
import type { SelectionProgress } from "../../engine/train/selection";
import { LuthierError } from "../../lib/errors";
import { newId } from "../../lib/id";
import type { TrainingResult } from "../../protocol/commands";
import type { LogLine } from "../../protocol/log";
import type { ScoreId, ScoreValues } from "../../shared/scores";
import type { BestBy, RunConfig, TrainingOptions } from "../../shared/training";
import { findDataset } from "../../storage/datasets";
import { reserveSpace } from "../../storage/reserve";
import { freeName } from "../adapter-name";
import { summariseAdapter } from "../adapter-summary";
import { BestCheckpoints } from "../best-checkpoints";
import { bestFigure } from "../best-figure";
import { chanceLoss } from "../chance";
import type { EncodedRows } from "../encoded-rows";
import { everydayLosses } from "../everyday";
import type { Gate } from "../gate";
import { keepAdapter, libraryOf, type NewAdapter } from "../kept-adapter";
import { makeTrainer } from "../make-trainer";
import { keptOptimizer, momentsOf } from "../optimizer-state";
import { prepareReferences } from "../references";
import { claimRun } from "../run-lock";
import { dataHashes, withPresentData } from "../run-dataset";
import { RunRecorder } from "../run-recorder";
import { extendedRun, interruptedRun, type Resumption } from "../resumption";
import { forgetRun, RunKeeper } from "../run-progress";
import { type RunSetup, setUpRun, startValues, validationInterval } from "../run-setup";
import { Sampler } from "../sampler";
import { toLuthierError } from "../serve";
import type { Session } from "../session";
import type { TrainingData } from "../training-data";
import { TrainingReporter } from "../training-reporter";
import { onGpu } from "./on-gpu";
import type { Job, JobContext } from "./owner";

/** What every run needs. */
export interface RunHost {
  readonly session: Session;
  readonly encoded: EncodedRows;
  /** Closed while the run is paused. */
  readonly gate: Gate;
}

/** A run being executed. */
interface Run extends RunHost {
  readonly config: RunConfig;
  /** The name of the resulting adapter; numbered if the library already has it. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** What it goes on from, or null for a new run. */
  readonly resume: Resumption | null;
  /** Id of a run that was lost before anything of it was kept, and is begun again. */
  readonly again?: string | undefined;
  readonly admit: JobContext["admit"];
}

/**
 * Trains to the end or until cancelled, keeping what was learned so far. The result is added to the model's library.
 */
export function trainJob(
  host: RunHost,
  config: RunConfig,
  name: string,
  again?: string,
): Job<TrainingResult> {
  return {
    kind: "train",
    run: ({ signal, admit }) => start({ ...host, config, name, signal, admit, resume: null, again }),
  };
}

/**
 * Resumes an interrupted run of the loaded model, or lets one that has ended go on for more steps. Throws if there is
 * none with that id.
 */
export function resumeRunJob(host: RunHost, id: string, moreSteps?: number): Job<TrainingResult> {
  return {
    kind: "train",
    async run({ signal, admit }) {
      const { session } = host;
      const resume = await (moreSteps === undefined
        ? interruptedRun(session, id)
        : extendedRun(session, id, moreSteps));
      return start({ ...host, config: resume.config, name: resume.adapter.name, signal, admit, resume });
    },
  };
}

/** Runs start unpaused; cancelling opens the gate. Throws "busy" if another tab is training. */
async function start(run: Run): Promise<TrainingResult> {
  const { gate, signal, resume, again } = run;
  const id = resume?.adapter.id ?? again ?? newId();
  const release = await claimRun(id);
  const open = (): void => gate.open();
  open();
  signal.addEventListener("abort", open, { once: true });
  try {
    return await onGpu(run.session, () => train(run, id));
  } finally {
    signal.removeEventListener("abort", open);
    release();
  }
}

async function train(asked: Run, id: string): Promise<TrainingResult> {
  const { session, signal, resume } = asked;
  const { engine } = session.model;
  const startedAt = performance.now() - (resume?.elapsedMs ?? 0);
  const present = await withPresentData(asked.config);
  const hashed = { ...present, ...(await dataHashes(present)) };
  const { config: wanted, ...names } = await withRevisions(hashed, resume?.config);
  const setup = await setUpRun(session, asked.encoded, wanted, signal);
  const { config, adapter, rows, data } = setup;
  const run = { ...asked, config };
  const reporter = new TrainingReporter(session.emit, id, data.totalSteps, () => session.gpuBytes);
  if (resume) reporter.replay(resume.history);
  else reporter.send("preparing");
  const releaseSpace = await reserveFor(session, id, adapter);
  const state = await startAdapter(run, setup).catch(async (error: unknown) => {
    await releaseSpace();
    throw error;
  });
  const name = resume?.adapter.name ?? freeName(await libraryOf(session), asked.name);
  const recorder = await RunRecorder.open(session, reporter, { id, name, isResumed: resume !== null }, setup);
  const elapsedMs = (): number => performance.now() - startedAt;
  await recorder.save({ state: "running", elapsedMs: elapsedMs() });
  const trained = (optimizer: Uint8Array<ArrayBuffer> | null = null): NewAdapter => {
    const { doneSteps: steps, finalLoss, validationLoss } = reporter;
    const outcome = { savedAt: Date.now(), steps, finalLoss, validationLoss };
    const made = { method: config.method, origin: "trained" as const };
    const facts = { id, name, ...made, ...outcome, optimizerBytes: optimizer?.length ?? 0 };
    const origin = { config, ...names, datasetRows: rows.length };
    const summary = summariseAdapter(facts, adapter, engine.spec);
    return { summary, state, run: origin, ...(optimizer && { optimizer }) };
  };
  let optimizer: Uint8Array<ArrayBuffer> | null;
  try {
    optimizer = await trainAll(run, setup, { state, reporter, recorder, trained, startedAt });
  } catch (error) {
    await releaseSpace();
    await recordFailure(recorder, error, elapsedMs());
    if (reporter.doneSteps > 0 && session.hasModel) await keepFailed(session, trained(), error);
    else state.destroy();
    reporter.send("failed");
    throw error;
  }
  if (!session.hasModel) {
    throw new LuthierError({ code: "device-lost/run-ending" });
  }
  await releaseSpace();
  const made = trained(optimizer);
  session.holdAdapter(made);
  const summary = await keepAdapter(session, made);
  const status = signal.aborted ? "stopped" : "done";
  // Before the checkpoint goes, or a kill in between would leave the record of a run that was cut off.
  const outcome = { state: status, elapsedMs: elapsedMs() } as const;
  await recorder.save(outcome);
  // An adapter that could not be saved can still be recovered from its checkpoint.
  if (!session.unsaved.find(id)) await forgetRun(session, id);
  const everyday = status === "done" ? await everydayLosses(session, made, signal) : null;
  if (everyday) await recorder.save({ ...outcome, everyday });
  reporter.send(status);
  return {
    status,
    steps: reporter.doneSteps,
    finalLoss: reporter.finalLoss,
    validationLoss: reporter.validationLoss,
    validationStep: reporter.validationStep,
    elapsedMs: outcome.elapsedMs,
    chanceLoss: chanceLoss(
      reporter.history,
      engine.spec.vocabularySize,
      config.training.loadBestModelAtEnd ? reporter.validationLoss : null,
    ),
    everyday,
    adapter: summary,
  };
}

/**
 * The configuration with the revisions of its datasets' rows, and their names. Throws if a resumed run's rows
 * were edited since.
 */
async function withRevisions(
  config: RunConfig,
  resumed: RunConfig | undefined,
): Promise<{ readonly config: RunConfig; readonly datasetName: string; readonly mixedName?: string }> {
  const revisionOf = async (id: string, before: string | undefined): Promise<[string, string]> => {
    const { name, edits } = await findDataset(id);
    const revision = edits?.identity ?? "";
    if (resumed && (before ?? "") !== revision)
      throw new LuthierError({ code: "data/edited-since-run", dataset: name });
    return [name, revision];
  };
  const [datasetName, datasetEdits] = await revisionOf(config.datasetId, resumed?.datasetEdits);
  if (config.mixDatasetId == null) return { config: { ...config, datasetEdits }, datasetName };
  const [mixedName, mixDatasetEdits] = await revisionOf(config.mixDatasetId, resumed?.mixDatasetEdits);
  return { config: { ...config, datasetEdits, mixDatasetEdits }, datasetName, mixedName };
}

/**
 * Reserves storage for the resulting adapter. Without enough space the run continues and the page is warned right away.
 */
async function reserveFor(session: Session, id: string, adapter: Adapter): Promise<() => Promise<void>> {
  try {
    return await reserveSpace(id, trainableCount(adapter) * Float32Array.BYTES_PER_ELEMENT);
  } catch (error) {
    if (!(error instanceof LuthierError) || error.code !== "storage") throw error;
    session.emit("fault", error.toData());
    return () => Promise.resolve();
  }
}

/** Records a failure. A run that lost its device is not over: it can be resumed. */
async function recordFailure(recorder: RunRecorder, error: unknown, elapsedMs: number): Promise<void> {
  const failure = toLuthierError(error);
  const isOver = failure.code !== "device-lost";
  await recorder.save({ state: isOver ? "failed" : "running", elapsedMs, problem: failure.toData() });
}

/** Keeps the last good weights of a failed run. Errors while doing so do not replace the original one. */
async function keepFailed(session: Session, adapter: NewAdapter, error: unknown): Promise<void> {
  session.holdAdapter(adapter);
  try {
    await keepAdapter(session, adapter);
  } catch {
    // The values cannot be read either: the device is about to be reported lost.
    return;
  }
  const { id } = adapter.summary;
  const isOver = error instanceof LuthierError && error.code === "diverged";
  // After any other failure, such as out of memory or a lost device, the run can resume from its checkpoint.
  if (isOver && !session.unsaved.find(id)) await forgetRun(session, id);
}

async function startAdapter(run: Run, setup: RunSetup): Promise<AdapterState> {
  const { gpu } = run.session.model.engine;
  // A run that was cut off takes its values from the checkpoint.
  if (run.resume && !run.resume.values) return new AdapterState(gpu, setup.adapter);
  if (run.resume?.values) return AdapterState.of(gpu, setup.adapter, run.resume.values);
  return AdapterState.of(gpu, setup.adapter, await startValues(run.session, setup));
}

/** The reference for the objective if the run continues an adapter: that adapter; null for new adapters. */
async function referenceState(run: Run, setup: RunSetup): Promise<AdapterState | null> {
  if (run.config.continueFrom === null) return null;
  return AdapterState.of(run.session.model.engine.gpu, setup.adapter, await startValues(run.session, setup));
}

/** Writes a line to the run's log. */
type Tell = (line: LogLine) => void;

/** Outputs of a run. */
interface RunState {
  readonly state: AdapterState;
  readonly reporter: TrainingReporter;
  readonly recorder: RunRecorder;
  trained(): NewAdapter;
  readonly startedAt: number;
}

/** Returns the serialised optimizer state that matches the values, or null if none is kept. */
async function trainAll(run: Run, setup: RunSetup, parts: RunState): Promise<Uint8Array<ArrayBuffer> | null> {
  const { session, config, gate, signal, resume } = run;
  const { state, reporter, recorder } = parts;
  const { data, training } = setup;
  const { gpu } = session.model.engine;
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
  const { keepCheckpoints = 0 } = training;
  const checkpoints = await BestCheckpoints.open(
    session,
    recorder.emit,
    keepCheckpoints,
    recorder.checkpointIds,
    (step) => {
      const point = reporter.history.validation.find((measured) => measured.step === step);
      return point && (bestFigure(training, point).figure ?? point.loss);
    },
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
  const isTimeOver = (): boolean => isOverTime(training, reporter);
  try {
    if (resume) {
      resume.restore(trainer);
      const { step, isExtension } = resume;
      tell({ kind: isExtension ? "extended" : "resumed", step, totalSteps: data.totalSteps });
    } else {
      const moments = config.continueFrom && (await momentsOf(session, config.continueFrom, setup.adapter));
      if (moments) {
        trainer.adopt(moments);
        tell({ kind: "optimizer-resumed", steps: moments.steps });
      }
    }
    const plan = {
      ...loopPlan(training, data),
      ...validatedStep(resume),
      shouldRest: () =>
        gate.isClosed ||
        keeper.isDue ||
        session.keepRequests.isPending ||
        sampler?.isDue(trainer.stepCount) === true,
      shouldEnd: isTimeOver,
    };
    session.keepRequests.begin();
    if (plan.warmupSteps !== training.warmupSteps) {
      const { totalSteps } = data;
      tell({ kind: "warmup-cut", asked: training.warmupSteps, taken: plan.warmupSteps, totalSteps });
    }
    for await (const report of trainingLoop(trainer, plan, signal)) {
      if (report.type === "selection" || report.type === "selected") {
        logSelection(report, tell);
        // Earlier bests were measured with a different selection of parameters.
        if (report.type === "selected") best.forget();
        continue;
      }
      if (report.type === "validation") {
        const answered = sampler?.goesWithValidation
          ? await sampler.sample(report.step, state, signal)
          : null;
        reporter.add(report, 0, answered);
        if (answered) reporter.excludePause();
        const { figure } = metric.of(answered);
        if (report.step > 0) {
          await checkpoints.offer(parts.trained(), report.step, figure ?? report.loss);
          recorder.checkpointIds = checkpoints.ids;
        }
        if (watchesBest(training)) await best.add(report.step, report.loss, figure);
        if (isPatienceOver(training, best)) {
          tell({ kind: "stopping-early", measurements: training.earlyStoppingPatience, metric: metric.id });
          break;
        }
        continue;
      }
      reporter.add(report, report.type === "step" ? data.tokens(report.step - 1) : 0);
      if (report.type === "rest") {
        if (sampler?.isDue(report.step)) await sampler.sample(report.step, state, signal);
        await checkpointAndPause(run, reporter, keeper, parts.trained);
      }
    }
    if (isTimeOver() && trainer.stepCount < data.totalSteps)
      tell({ kind: "time-over", minutes: training.maxMinutes ?? 0 });
    await gpu.settle();
    const taken = training.loadBestModelAtEnd ? restoreBest(best, reporter, tell, metric.id) : null;
    // The last step's moments do not match the values of an earlier step.
    if (taken !== null && taken !== trainer.stepCount) return null;
    return await keptOptimizer(trainer, state, config.method);
  } finally {
    session.keepRequests.end();
    trainer.destroy();
  }
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
