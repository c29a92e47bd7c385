import { LuthierError } from "../../lib/errors";
import { toProblem } from "../lib/problem";
import { advance } from "../lib/progress";
import type { StudioStore } from "./create-store";
import { takeJobs } from "./jobs";
import { isDeviceLost } from "./recovery-slice";
import { lengthInputs, planInputs } from "./selectors";
import { evaluationKey } from "./scores-slice";
import type { Runtime } from "./state";
import { mergedIds } from "./voices";

const PLAN_DELAY_MS = 200;
const LENGTHS_DELAY_MS = 400;
const RUNS_DELAY_MS = 200;

/** Applies the worker's events to the store and refetches what depends on the forms; returns a disconnect function. */
export function connectStore(store: StudioStore, runtime: Runtime): () => void {
  const ends = [
    ...listen(store, runtime),
    onChange(
      store,
      (state) => planInputs(state)?.key,
      PLAN_DELAY_MS,
      () => void store.getState().refreshPlan(),
    ),
    onChange(
      store,
      (state) => lengthInputs(state)?.key,
      LENGTHS_DELAY_MS,
      () => void store.getState().refreshLengths(),
    ),
    onChange(store, evaluationKey, 0, () => void store.getState().refreshEvaluation()),
    onChange(
      store,
      ({ runId, runStatus }) => `${String(runId)} ${runStatus}`,
      RUNS_DELAY_MS,
      () => void store.getState().refreshRuns(),
    ),
    // Free a side's merged weights as soon as it is no longer selected.
    onChange(
      store,
      (state) => mergedIds(state.voices).join(),
      0,
      () => {
        const ids = mergedIds(store.getState().voices);
        runtime.client.call("keepMerged", { ids }).catch((error: unknown) => {
          store.setState({ fault: toProblem(error) });
        });
      },
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function listen(store: StudioStore, { client, series, log }: Runtime): (() => void)[] {
  const { setState } = store;
  return [
    client.on("jobs", (running) => {
      const { jobs, beginRun } = store.getState();
      const known = new Set(jobs.map(({ id }) => id));
      setState({ jobs: takeJobs(jobs, running) });
      if (running.some(({ id, kind }) => kind === "train" && !known.has(id))) beginRun();
    }),
    client.on("progress", ({ jobId, progress }) => {
      setState(({ jobs }) => ({
        jobs: jobs.map((job) =>
          job.id === jobId ? { ...job, progress: advance(job.progress, progress, Date.now()) } : job,
        ),
      }));
    }),
    client.on("model", (model) => {
      store.getState().takeModel(model);
    }),
    client.on("training", (report) => {
      series.append(report);
      if (!report.past) log.addReport(Date.now(), report);
      const last = report.steps.at(-1);
      setState(({ run, runStatus, seriesVersion }) => ({
        // Keep showing "stopping" even if a report from before the click is still in transit.
        runStatus: runStatus === "stopping" && report.status === "running" ? runStatus : report.status,
        seriesVersion: seriesVersion + 1,
        runId: report.runId,
        run: {
          step: last?.step ?? run.step,
          epoch: last?.epoch ?? run.epoch,
          loss: last?.loss ?? run.loss,
          validationLoss: report.validation.at(-1)?.loss ?? run.validationLoss,
          accuracy: last?.preference?.accuracy ?? run.accuracy,
          validationAccuracy: report.validation.at(-1)?.preference?.accuracy ?? run.validationAccuracy,
          validationStep: report.validation.at(-1)?.step ?? run.validationStep,
          totalSteps: report.totalSteps,
          tokensPerSecond: report.tokensPerSecond,
          remainingMs: report.remainingMs,
          gpuBytes: report.gpuBytes,
        },
      }));
    }),
    client.on("lent", (adapter) => {
      store.getState().takeLent(adapter);
    }),
    client.on("answer", (answer) => {
      store.getState().growAnswer(answer);
    }),
    client.on("sample", (sample) => {
      setState(({ sampleAnswers }) => ({ sampleAnswers: [...sampleAnswers, sample] }));
    }),
    client.on("log", ({ time, line }) => {
      log.add(time, (text) => text.run.log.line(line));
      setState(({ seriesVersion }) => ({ seriesVersion: seriesVersion + 1 }));
    }),
    client.on("unsaved", (unsaved) => {
      setState({ unsaved });
    }),
    client.on("stalled", (stalled) => {
      store.getState().recordStall(stalled);
    }),
    client.on("outdated", () => {
      setState({ outdated: true });
    }),
    client.on("fault", (fault) => {
      if (isDeviceLost(LuthierError.fromData(fault))) void store.getState().recover();
      else setState({ fault });
    }),
  ];
}

/** Calls `react` with the value of `select` once it has been stable for a while, if it has changed. */
function onChange(
  store: StudioStore,
  select: (state: ReturnType<StudioStore["getState"]>) => string | undefined,
  delayMs: number,
  react: () => void,
): () => void {
  let seen = select(store.getState());
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = store.subscribe((state) => {
    const now = select(state);
    if (now === seen) return;
    seen = now;
    clearTimeout(timer);
    timer = setTimeout(react, now === undefined ? 0 : delayMs);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
