import type { Caller } from "../../client/client";
import { isCancelled } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import { toProblem } from "../lib/problem";
import type { TrainingResult } from "../../protocol/commands";
import type { RunConfig } from "../../shared/training";
import { isExcluded, isTraining, JobCalls } from "./jobs";
import { ownMethod } from "./own-method";
import { isDeviceLost } from "./recovery-slice";
import { selectAdapter, selectDataset, selectRunConfig, selectTrainBlock } from "./selectors";
import type { RunFigures, SliceCreator, TrainSlice } from "./state";

export const emptyRun: RunFigures = {
  step: 0,
  totalSteps: 0,
  epoch: 0,
  loss: null,
  validationLoss: null,
  accuracy: null,
  validationAccuracy: null,
  validationStep: null,
  tokensPerSecond: null,
  remainingMs: null,
  gpuBytes: null,
};

/** Starts or resumes a run in the worker; `again` is the id under which it was begun, if nothing of it was kept. */
type Run = (worker: Caller, again?: string) => Promise<TrainingResult>;

const newRun =
  (config: RunConfig, name: string): Run =>
  (worker, again) =>
    worker.call("train", { config, name, ...(again !== undefined && { again }) });

export const trainSlice: SliceCreator<TrainSlice> = (runtime) => {
  const { client, series, log } = runtime;
  return (set, get) => {
    const runs = new JobCalls(set);
    /** Whether the worker has started the latest requested run. */
    let isBegun = false;

    const tell = (command: "pause" | "resume") =>
      client.call(command).catch((error: unknown) => {
        set({ trainProblem: toProblem(error) });
      });

    /** Follows a run to its result. The previous run stays on display until the worker has started this one. */
    const follow = async (run: Run): Promise<void> => {
      const { runStatus: before } = get();
      isBegun = false;
      set({ runStatus: "preparing", trainProblem: null });
      try {
        const result = await runAcrossLosses(run);
        get().addAdapter(result.adapter);
        // A run may also have kept checkpoints.
        await get()
          .refreshAdapters()
          .catch(() => undefined);
        set(({ run }) => ({
          runStatus: result.status,
          result,
          run: {
            ...run,
            step: result.steps,
            loss: result.finalLoss ?? run.loss,
            validationLoss: result.validationLoss ?? run.validationLoss,
            validationStep: result.validationStep ?? run.validationStep,
            remainingMs: null,
          },
        }));
      } catch (error) {
        const ended = isCancelled(error) ? "stopped" : "failed";
        set({ runStatus: isBegun ? ended : before });
        if (ended === "failed") set({ trainProblem: toProblem(error) });
        // A failed run may still have saved its last good weights.
        await get()
          .refreshAdapters()
          .catch(() => undefined);
      }
    };

    /** Starts a run under a name made of its method and data. */
    const start = async (config: RunConfig): Promise<void> => {
      const { text } = runtime;
      const datasetName = defined(selectDataset(get()), "the dataset").name.replace(/\.\w{2,5}$/, "");
      const name = text.run.adapterName(text.methods[config.method.id].title, datasetName);
      await follow(newRun(config, name));
    };

    /** Runs to completion across GPU losses, resuming from the latest checkpoint. */
    const runAcrossLosses = async (run: Run): Promise<TrainingResult> => {
      try {
        return await runs.run({ kind: "train" }, (signal) => run(client.withSignal(signal)));
      } catch (error) {
        // The recovery limits how often this is retried.
        if (!isDeviceLost(error) || !(await get().recover())) throw error;
        const { runId } = get();
        const kept = await client.call("interruptedRuns");
        // A run that has not begun shows the previous one's id.
        const isKept = isBegun && runId !== null && kept.some(({ id }) => id === runId);
        set({ runStatus: "preparing" });
        if (isKept) return runAcrossLosses((worker) => worker.call("resumeRun", { id: runId }));
        return runAcrossLosses(isBegun && runId !== null ? (worker) => run(worker, runId) : run);
      }
    };

    return {
      preset: "balanced",
      measuredSpeed: null,
      trainingEdits: {},
      mixDatasetId: null,
      runStatus: "idle",
      run: emptyRun,
      runId: null,
      seriesVersion: 0,
      result: null,
      trainProblem: null,
      sampleAnswers: [],

      choosePreset: (id) => {
        const { preset, trainingEdits } = get();
        const count = Object.keys(trainingEdits).length;
        set({ preset: id, trainingEdits: {} });
        const undo = (): void => {
          set({ preset, trainingEdits });
        };
        if (count > 0) get().offerUndo({ kind: "preset-chosen", count, undo });
      },

      editTraining: (name, value) => {
        set(({ trainingEdits }) => ({ trainingEdits: { ...trainingEdits, [name]: value } }));
      },

      chooseMixed: (mixDatasetId) => {
        set({ mixDatasetId });
      },

      async train() {
        if (isExcluded(get(), "train") || selectTrainBlock(get()) !== null) return;
        const config = defined(selectRunConfig(get()), "the run's configuration");
        await start(config);
      },

      async trainFurther() {
        const adapter = selectAdapter(get());
        if (!adapter || isExcluded(get(), "train") || selectTrainBlock(get()) !== null) return;
        const config = defined(selectRunConfig(get()), "the run's configuration");
        await start({
          ...config,
          method: ownMethod(adapter),
          training: { ...config.training, continueAdapter: true },
          continueFrom: adapter.id,
        });
      },

      async trainWith(config, name) {
        await follow(newRun(config, name));
        const { runStatus } = get();
        return runStatus === "done" || runStatus === "failed" ? runStatus : "stopped";
      },

      async resumeRun(id, moreSteps) {
        if (isExcluded(get(), "train") || !get().model) return;
        const args = { id, ...(moreSteps !== undefined && { moreSteps }) };
        await follow((worker) => worker.call("resumeRun", args));
      },

      setMeasuredSpeed: (measuredSpeed) => {
        set({ measuredSpeed });
      },

      beginRun() {
        isBegun = true;
        get().settleUndo();
        series.clear();
        log.clear();
        set(({ seriesVersion }) => ({
          runStatus: "preparing",
          run: emptyRun,
          runId: null,
          seriesVersion: seriesVersion + 1,
          result: null,
          trainProblem: null,
          sampleAnswers: [],
          lastExport: null,
        }));
      },

      pause: () => tell("pause"),
      resume: () => tell("resume"),
      stop() {
        if (!isTraining(get())) return;
        set({ runStatus: "stopping" });
        runs.cancel();
      },

      dismissTrainProblem: () => {
        set({ trainProblem: null });
      },
    };
  };
};
