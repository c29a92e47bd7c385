import type { InterruptedRun } from "../../protocol/commands";
import type { ListedRun } from "../../shared/run-record";
import { EARLIER_OPTIONS } from "../../shared/training";
import { saveBlob } from "../lib/save-file";
import { toProblem } from "../lib/problem";
import { isTraining } from "./jobs";
import type { RunsSlice, SliceCreator } from "./state";
import { emptyRun } from "./train-slice";

/** The stored runs: list, edit, delete, restore, reuse. */
export const runsSlice: SliceCreator<RunsSlice> =
  ({ client, series, log }) =>
  (set, get) => {
    /** Edits runs and refreshes the list; failures are shown there. */
    async function edit(work: () => Promise<unknown>): Promise<void> {
      set({ runsProblem: null });
      try {
        await work();
      } catch (error) {
        set({ runsProblem: toProblem(error) });
      }
      await get().refreshRuns();
    }

    return {
      runs: [],
      interrupted: [],
      runsProblem: null,

      async startRuns() {
        await edit(() => client.call("tidyRuns"));
        const [latest] = get().runs;
        if (latest && get().runStatus === "idle") await get().showRun(latest.id);
      },

      async refreshRuns() {
        try {
          set({ runs: await client.call("listRuns") });
        } catch (error) {
          set({ runsProblem: toProblem(error) });
        }
      },

      setInterrupted: (interrupted: readonly InterruptedRun[]) => {
        set({ interrupted });
      },

      discardRun: (id) => {
        const { interrupted } = get();
        set({ interrupted: interrupted.filter((run) => run.id !== id) });
        get().offerUndo({
          kind: "run-discarded",
          count: 1,
          undo: () => {
            set({ interrupted });
          },
          settle: () => void edit(() => client.call("discardRun", { id })),
        });
      },

      editRun: (id, change) => edit(() => client.call("editRun", { id, change })),

      async deleteRuns(ids) {
        const { interrupted } = get();
        const mark = (deletedAt: number | null): Promise<void> =>
          edit(async () => {
            for (const id of ids) await client.call("editRun", { id, change: { deletedAt } });
          });
        await mark(Date.now());
        set({ interrupted: interrupted.filter(({ id }) => !ids.includes(id)) });
        get().offerUndo({
          kind: "runs-deleted",
          count: ids.length,
          undo: () => {
            set({ interrupted });
            void mark(null);
          },
        });
      },

      async showRun(id) {
        if (isTraining(get())) return;
        try {
          const { summary, details } = await client.call("readRun", { id });
          if (isTraining(get())) return;
          series.clear();
          log.clear();
          series.append({ ...details, totalSteps: summary.totalSteps });
          for (const { time, line } of details.log) log.add(time, (text) => text.run.log.line(line));
          log.addReport(summary.startedAt, { ...details, totalSteps: summary.totalSteps });
          set(({ seriesVersion }) => ({
            runId: id,
            result: null,
            seriesVersion: seriesVersion + 1,
            sampleAnswers: details.samples,
            run: {
              ...emptyRun,
              step: summary.steps,
              totalSteps: summary.totalSteps,
              epoch: details.steps.at(-1)?.epoch ?? 0,
              loss: summary.finalLoss,
              validationLoss: summary.validationLoss,
              validationStep: summary.validationStep,
              tokensPerSecond: summary.elapsedMs > 0 ? (summary.tokens / summary.elapsedMs) * 1000 : null,
            },
          }));
        } catch (error) {
          set({ runsProblem: toProblem(error) });
        }
      },

      async exportRun(id, format) {
        try {
          const { name, file } = await client.call("exportRun", { id, format });
          saveBlob(name, file);
        } catch (error) {
          set({ runsProblem: toProblem(error) });
        }
      },

      async takeRunSettings({ config }) {
        const { models, model, datasets } = get();
        const own = datasets.find(({ id }) => id === config.datasetId);
        // The same files, imported again.
        const same = datasets.find(
          ({ contentHash, validates }) =>
            contentHash !== undefined && contentHash === config.datasetHash && validates === undefined,
        );
        const dataset = own ?? same;
        if (dataset) get().chooseDataset(dataset.id);
        if (model?.id !== config.modelId && models.some(({ id }) => id === config.modelId))
          await get().loadModel(config.modelId);
        if (config.templateSource === undefined) get().chooseTemplate(config.templateId);
        else get().editTemplate(config.templateSource);
        get().chooseMixed(config.mixDatasetId ?? null);
        get().applyMethod({ id: config.method.id, options: config.method.options });
        // Every value is fixed: presets follow the data, of which not all may be known yet.
        const { continueAdapter: _continues, ...training } = config.training;
        set({ trainingEdits: { ...EARLIER_OPTIONS, ...training } });
      },

      async continueRun(run: ListedRun) {
        await get().takeRunSettings(run);
        get().chooseAdapter(run.id);
        get().editTraining("continueAdapter", true);
      },
    };
  };
