import type { Caller } from "../../client/client";
import { isCancelled } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import { toProblem } from "../lib/problem";
import type { TrainingResult } from "../../protocol/commands";
import { isExcluded, isTraining, JobCalls } from "./jobs";
import { selectRunConfig, selectTrainBlock } from "./selectors";
import type { RunFigures, SliceCreator, TrainSlice } from "./state";

export const emptyRun: RunFigures = {
  step: 0,
  totalSteps: 0,
  epoch: 0,
  loss: null,
  validationLoss: null,
  tokensPerSecond: null,
  remainingMs: null,
  gpuBytes: null,
};

export const trainSlice: SliceCreator<TrainSlice> =
  ({ client, series, log }) =>
  (set, get) => {
    const runs = new JobCalls(set);
    /** Whether the worker has begun the run that was asked for last. */
    let isBegun = false;

    const tell = (command: "pause" | "resume") =>
      client.call(command).catch((error: unknown) => {
        set({ trainProblem: toProblem(error) });
      });

    /** Follows a run to what came of it. What is shown of the one before stays until the worker has begun it. */
    const follow = async (run: (worker: Caller) => Promise<TrainingResult>): Promise<void> => {
      const { runStatus: before } = get();
      isBegun = false;
      set({ runStatus: "preparing", trainProblem: null });
      try {
        const result = await runs.run({ kind: "train" }, (signal) => run(client.until(signal)));
        get().addAdapter(result.adapter);
        set(({ run }) => ({
          runStatus: result.status,
          result,
          run: {
            ...run,
            step: result.steps,
            loss: result.finalLoss ?? run.loss,
            validationLoss: result.validationLoss ?? run.validationLoss,
            remainingMs: null,
          },
        }));
      } catch (error) {
        const ended = isCancelled(error) ? "stopped" : "failed";
        set({ runStatus: isBegun ? ended : before });
        if (ended === "failed") set({ trainProblem: toProblem(error) });
        // A run that broke off may still leave its last good weights.
        get().setAdapters(await client.call("listAdapters").catch(() => get().adapters));
      }
    };

    return {
      preset: "balanced",
      trainingEdits: {},
      runStatus: "idle",
      run: emptyRun,
      seriesVersion: 0,
      result: null,
      trainProblem: null,
      sampleAnswers: [],

      choosePreset: (id) => {
        set({ preset: id, trainingEdits: {} });
      },

      editTraining: (name, value) => {
        set(({ trainingEdits }) => ({ trainingEdits: { ...trainingEdits, [name]: value } }));
      },

      async train() {
        if (isExcluded(get(), "train") || selectTrainBlock(get()) !== null) return;
        const config = defined(selectRunConfig(get()), "the run's configuration");
        await follow((worker) => worker.call("train", config));
      },

      async resumeRun() {
        if (isExcluded(get(), "train") || !get().model) return;
        await follow((worker) => worker.call("resumeRun"));
      },

      beginRun() {
        isBegun = true;
        series.clear();
        log.clear();
        set(({ seriesVersion }) => ({
          runStatus: "preparing",
          run: emptyRun,
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
