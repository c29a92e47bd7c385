import { toProblem } from "../lib/problem";
import type { EnvironmentSlice, SliceCreator, StudioState } from "./state";

export const environmentSlice: SliceCreator<EnvironmentSlice> =
  ({ client }) =>
  (set, get) => ({
    environment: null,
    fault: null,

    async start() {
      const environment = get().refreshEnvironment();
      await Promise.all([
        environment,
        startData(client.call("listDatasets"), client.call("listSamples")),
        startModel(),
        get().startHub(),
      ]);
      await get().refreshEnvironment();

      async function startData(
        listing: Promise<StudioState["datasets"]>,
        sampling: Promise<StudioState["samples"]>,
      ): Promise<void> {
        try {
          const [datasets, samples] = await Promise.all([listing, sampling]);
          set({ datasets, samples, dataLoaded: true });
        } catch (error) {
          set({ dataProblem: toProblem(error), dataLoaded: true });
          return;
        }
        const { datasets, samples, datasetId } = get();
        if (datasets.some((dataset) => dataset.id === datasetId)) return;
        const [newest] = datasets
          .filter(({ validates }) => validates === undefined)
          .toSorted((a, b) => b.importedAt - a.importedAt);
        if (newest) get().chooseDataset(newest.id);
        else if (samples[0]) await get().importSample(samples[0].id);
      }

      async function startModel(): Promise<void> {
        try {
          const models = await client.call("listModels");
          set({ models, modelsLoaded: true });
        } catch (error) {
          set({ modelProblem: toProblem(error), modelsLoaded: true });
          return;
        }
        const { models, modelId } = get();
        const chosen =
          models.find((card) => card.id === modelId) ?? models.find((card) => card.source === "built-in");
        if (chosen) await get().loadModel(chosen.id);
        else set({ modelId: null });
      }
    },

    async refreshEnvironment() {
      try {
        set({ environment: await client.call("environment") });
      } catch (error) {
        set({ fault: toProblem(error) });
      }
    },

    dismissFault: () => {
      set({ fault: null });
    },
  });
