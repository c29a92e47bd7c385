import { isCancelled } from "../../lib/errors";
import type { DatasetSummary, SampleId } from "../../shared/data";
import { toProblem } from "../lib/problem";
import { JobCalls } from "./jobs";
import { lengthInputs, selectDataset, selectValidation } from "./selectors";
import type { DataSlice, LastFiles, SliceCreator } from "./state";

export const dataSlice: SliceCreator<DataSlice> =
  ({ client, text }) =>
  (set, get) => {
    const imports = new JobCalls(set);
    /** Incremented by every choice the user makes; automatic choices give way to them. */
    let choices = 0;
    /** The user's latest import, settled or not. */
    let asked: Promise<unknown> = Promise.resolve();

    type Read = (signal: AbortSignal) => Promise<DatasetSummary>;

    /** Runs an import; on failure the existing data stays as it was. */
    async function runImport(read: Read, mayChoose: () => boolean): Promise<DatasetSummary | null> {
      set({ dataProblem: null });
      try {
        const dataset = await imports.run({ kind: "import-dataset" }, read);
        set(({ datasets, datasetId }) => ({
          datasets: [...datasets.filter((other) => other.id !== dataset.id), dataset],
          datasetId: mayChoose() && dataset.validates === undefined ? dataset.id : datasetId,
        }));
        await get().refreshEnvironment();
        return dataset;
      } catch (error) {
        if (mayChoose()) set({ dataProblem: isCancelled(error) ? null : toProblem(error) });
        return null;
      }
    }

    /** Runs an import for the user, without overriding a later choice of theirs. */
    function importForUser(read: Read): Promise<DatasetSummary | null> {
      const choice = ++choices;
      const reading = runImport(read, () => choice === choices);
      asked = reading;
      return reading;
    }

    /** Rereads files, replacing the dataset that resulted from them before. */
    async function readFiles(last: LastFiles): Promise<void> {
      const { files, name, reading, datasetId, validates } = last;
      const place = {
        ...(datasetId === null ? {} : { replaces: datasetId }),
        ...(validates === null ? {} : { validates }),
      };
      const dataset = await importForUser((signal) =>
        client.withSignal(signal).call("importDataset", { files, name, reading, ...place }),
      );
      if (dataset) set({ lastFiles: { ...last, datasetId: dataset.id } });
      else if (get().dataProblem) set({ lastFiles: last });
    }

    async function importSample(
      id: SampleId,
      run: (read: Read) => Promise<DatasetSummary | null>,
    ): Promise<void> {
      const name = text.data.sampleTexts[id].title;
      const dataset = await run((signal) => client.withSignal(signal).call("importSample", { id, name }));
      if (dataset) set((state) => ({ sampleOf: { ...state.sampleOf, [dataset.id]: id } }));
    }

    /** Selects a dataset if the user has not: the newest, or the first sample. */
    async function chooseAutomatically(): Promise<void> {
      let choice: number;
      do {
        choice = choices;
        // If the user's own import fails, there is still a dataset to start with.
        await asked;
      } while (choice !== choices);
      const { datasets, samples, datasetId } = get();
      if (datasets.some((dataset) => dataset.id === datasetId)) return;
      const [newest] = datasets
        .filter(({ validates }) => validates === undefined)
        .toSorted((a, b) => b.importedAt - a.importedAt);
      const [sample] = samples;
      if (newest) set({ datasetId: newest.id });
      else if (sample) await importSample(sample.id, (read) => runImport(read, () => choice === choices));
      // The user's import replaced this one.
      if (choice !== choices) await chooseAutomatically();
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

      async startData() {
        try {
          const listing = Promise.all([client.call("listDatasets"), client.call("listSamples")]);
          const [listed, samples] = await listing;
          set(({ datasets }) => {
            // Datasets imported in the meantime may be missing from the list.
            const known = new Set(datasets.map(({ id }) => id));
            return {
              datasets: [...listed.filter(({ id }) => !known.has(id)), ...datasets],
              samples,
              dataLoaded: true,
            };
          });
        } catch (error) {
          set({ dataProblem: toProblem(error), dataLoaded: true });
          return;
        }
        await chooseAutomatically();
      },

      chooseDataset: (id) => {
        choices++;
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

      async reread(reading) {
        const { lastFiles } = get();
        if (lastFiles) await readFiles({ ...lastFiles, reading: { ...lastFiles.reading, ...reading } });
      },

      async importSample(id) {
        const { datasets, sampleOf } = get();
        const known = datasets.find((dataset) => sampleOf[dataset.id] === id);
        if (known) get().chooseDataset(known.id);
        else await importSample(id, importForUser);
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
