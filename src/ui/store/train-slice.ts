import { isCancelled } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import { toProblem } from "../lib/problem";
import type { TrainingResult } from "../../protocol/commands";
import { isTraining, selectRunConfig, selectTrainBlock } from "./selectors";
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
    const tell = (command: "pause" | "resume" | "stop") =>
      client.call(command).catch((error: unknown) => {
        set({ trainProblem: toProblem(error) });
      });

    /** Shows a run from its start to what came of it. */
    const follow = async (run: () => Promise<TrainingResult>): Promise<void> => {
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
      try {
        const result = await run();
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
        if (isCancelled(error)) set({ runStatus: "stopped" });
        else set({ runStatus: "failed", trainProblem: toProblem(error) });
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
        if (isTraining(get()) || selectTrainBlock(get()) !== null) return;
        const config = defined(selectRunConfig(get()), "the run's configuration");
        await follow(() => client.call("train", config));
      },

      async resumeRun() {
        if (isTraining(get()) || !get().model) return;
        await follow(() => client.call("resumeRun"));
      },

      pause: () => tell("pause"),
      resume: () => tell("resume"),
      async stop() {
        set({ runStatus: "stopping" });
        await tell("stop");
      },

      dismissTrainProblem: () => {
        set({ trainProblem: null });
      },
    };
  };
