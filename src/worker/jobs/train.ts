import { AdapterState, trainableCount } from "../../engine/adapters/adapter-state";
import type { Adapter } from "../../engine/adapters/common/method";
import { LuthierError } from "../../lib/errors";
import { newId } from "../../lib/id";
import type { TrainingResult } from "../../protocol/commands";
import type { RunConfig } from "../../shared/training";
import { findDataset } from "../../storage/datasets";
import { reserveSpace } from "../../storage/reserve";
import { freeName } from "../adapter-name";
import { summariseAdapter } from "../adapter-summary";
import { chanceLoss } from "../chance";
import { everydayLosses } from "../everyday";
import { keepAdapter, libraryOf, type NewAdapter } from "../kept-adapter";
import { claimRun } from "../run-lock";
import { dataHashes, withPresentData } from "../run-dataset";
import { RunRecorder } from "../run-recorder";
import { extendedRun, interruptedRun } from "../resumption";
import { forgetRun } from "../run-progress";
import { type RunSetup, setUpRun, startValues } from "../run-setup";
import { toLuthierError } from "../serve";
import type { Session } from "../session";
import { TrainingReporter } from "../training-reporter";
import { onGpu } from "./on-gpu";
import type { Job } from "./owner";
import type { Run, RunHost } from "./run";
import { trainAll } from "./train-all";

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
 * Resumes an interrupted run of the loaded model, or extends one that has ended by more steps. Throws if there is none
 * with that id.
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
