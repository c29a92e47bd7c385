import { isCancelled } from "../../lib/errors";
import type { DatasetSummary } from "../../shared/data";
import { toProblem } from "../lib/problem";
import { JobCalls } from "./jobs";
import { lengthInputs, selectDataset, selectValidation } from "./selectors";
import type { DataSlice, LastFiles, SliceCreator } from "./state";

export const dataSlice: SliceCreator<DataSlice> =
  ({ client }) =>
  (set, get) => {
    const imports = new JobCalls(set);

    /** Runs an import; what is already there stays as it was when it fails. */
    async function runImport(
      read: (signal: AbortSignal) => Promise<DatasetSummary>,
    ): Promise<DatasetSummary | null> {
      set({ dataProblem: null });
      try {
        const dataset = await imports.run({ kind: "import-dataset" }, read);
        set(({ datasets, datasetId }) => ({
          datasets: [...datasets.filter((other) => other.id !== dataset.id), dataset],
          datasetId: dataset.validates === undefined ? dataset.id : datasetId,
        }));
        await get().refreshEnvironment();
        return dataset;
      } catch (error) {
        set({ dataProblem: isCancelled(error) ? null : toProblem(error) });
        return null;
      }
    }

    /** Reads files in the place of the dataset that came of them before. */
    async function readFiles(last: LastFiles): Promise<void> {
      const { files, name, reading, datasetId, validates } = last;
      const place = {
        ...(datasetId === null ? {} : { replaces: datasetId }),
        ...(validates === null ? {} : { validates }),
      };
      const dataset = await runImport((signal) =>
        client.until(signal).call("importDataset", { files, name, reading, ...place }),
      );
      if (dataset) set({ lastFiles: { ...last, datasetId: dataset.id } });
      else if (get().dataProblem) set({ lastFiles: last });
    }

    return {
      datasets: [],
      samples: [],
      dataLoaded: false,
      datasetId: null,
      sampleOf: {},
      templateId: null,
      dataProblem: null,
      lastFiles: null,
      lengths: null,
      lengthsProblem: null,

      chooseDataset: (id) => {
        set({ datasetId: id });
      },

      importFiles: (files, name) => readFiles({ files, name, reading: {}, datasetId: null, validates: null }),

      async importValidation(files, name) {
        const dataset = selectDataset(get());
        if (!dataset) return;
        // Its columns are most likely those of the dataset.
        const { columns } = dataset.reading ?? {};
        const reading = columns ? { columns } : {};
        const datasetId = selectValidation(get())?.id ?? null;
        await readFiles({ files, name, reading, datasetId, validates: dataset.id });
      },

      async readAnew(reading) {
        const { lastFiles } = get();
        if (lastFiles) await readFiles({ ...lastFiles, reading: { ...lastFiles.reading, ...reading } });
      },

      async importSample(id) {
        const { datasets, sampleOf } = get();
        const known = datasets.find((dataset) => sampleOf[dataset.id] === id);
        if (known) {
          set({ datasetId: known.id });
          return;
        }
        const dataset = await runImport((signal) => client.until(signal).call("importSample", { id }));
        if (dataset) set((state) => ({ sampleOf: { ...state.sampleOf, [dataset.id]: id } }));
      },

      cancelImport: () => {
        imports.cancel();
      },

      async deleteDataset(id) {
        try {
          await client.call("deleteDataset", { id });
          set(({ datasets, datasetId }) => {
            const left = datasets.filter((dataset) => dataset.id !== id && dataset.validates !== id);
            const next = left.findLast(({ validates }) => validates === undefined)?.id ?? null;
            return { datasets: left, datasetId: datasetId === id ? next : datasetId };
          });
          await get().refreshEnvironment();
        } catch (error) {
          set({ dataProblem: toProblem(error) });
        }
      },

      chooseTemplate: (id) => {
        set({ templateId: id });
      },

      async refreshLengths() {
        const inputs = lengthInputs(get());
        if (!inputs) {
          set({ lengths: null, lengthsProblem: null });
          return;
        }
        try {
          const lengths = await client.call("lengthStats", inputs.args);
          if (lengthInputs(get())?.key === inputs.key) set({ lengths, lengthsProblem: null });
        } catch (error) {
          if (lengthInputs(get())?.key !== inputs.key) return;
          set({ lengths: null, lengthsProblem: isCancelled(error) ? null : toProblem(error) });
        }
      },

      dismissDataProblem: () => {
        set({ dataProblem: null });
      },
    };
  };
