import { isCancelled } from "../../lib/errors";
import type { DatasetSummary, ReadingOptions, SampleId } from "../../shared/data";
import { toProblem } from "../lib/problem";
import { saveBlob } from "../lib/save-file";
import { isExcluded, JobCalls } from "./jobs";
import { lengthInputs, selectDataset, selectValidation } from "./selectors";
import type { DataSlice, LastFiles, SliceCreator } from "./state";

export const dataSlice: SliceCreator<DataSlice> = (runtime) => {
  const { client } = runtime;
  return (set, get) => {
    const imports = new JobCalls(set);
    const edits = new JobCalls(set);
    /** Cancels the measuring of lengths that are no longer needed. */
    let measuring = new AbortController();
    const fetches = new JobCalls(set);
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
      // The dataset from these files is replaced, so it is no reason to refuse them.
      const refuseKnown = last.refuseKnown && datasetId === null;
      const place = {
        ...(datasetId === null ? {} : { replaces: datasetId }),
        ...(validates === null ? {} : { validates }),
      };
      const dataset = await importForUser((signal) =>
        client.withSignal(signal).call("importDataset", { files, name, reading, refuseKnown, ...place }),
      );
      if (dataset) set({ lastFiles: { ...last, datasetId: dataset.id } });
      else if (get().dataProblem) set({ lastFiles: last });
    }

    /** Imports files as a new dataset; if they have already been imported, asks first. */
    function importNew(files: readonly File[], name: string, reading: ReadingOptions): Promise<void> {
      return readFiles({ files, name, reading, datasetId: null, validates: null, refuseKnown: true });
    }

    async function importSample(
      id: SampleId,
      run: (read: Read) => Promise<DatasetSummary | null>,
    ): Promise<void> {
      const name = runtime.text.data.sampleTexts[id].title;
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
      templateSource: null,
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

      importFiles: (files, name) => importNew(files, name, {}),

      async importValidation(files, name) {
        const dataset = selectDataset(get());
        if (!dataset) return;
        // It probably has the same columns as the dataset.
        const { columns } = dataset.reading ?? {};
        const reading = columns ? { columns } : {};
        const datasetId = selectValidation(get())?.id ?? null;
        await readFiles({ files, name, reading, datasetId, validates: dataset.id, refuseKnown: false });
      },

      async reread(reading) {
        const { lastFiles } = get();
        if (lastFiles) await readFiles({ ...lastFiles, reading: { ...lastFiles.reading, ...reading } });
      },

      async importKnown() {
        const { lastFiles } = get();
        if (lastFiles) await readFiles({ ...lastFiles, refuseKnown: false });
      },

      async fetchDataset(wanted) {
        if (isExcluded(get(), "fetch-dataset")) return;
        const { hubEndpoint: endpoint, hubToken: token, hubRemember: rememberToken } = get();
        set({ dataProblem: null });
        try {
          const { name, files } = await fetches.run({ kind: "fetch-dataset" }, (signal) =>
            client.withSignal(signal).call("fetchDataset", { ...wanted, endpoint, token, rememberToken }),
          );
          await importNew(files, name, wanted.rows === null ? {} : { firstRows: wanted.rows });
        } catch (error) {
          set({ dataProblem: isCancelled(error) ? null : toProblem(error) });
        }
      },

      cancelFetch: () => {
        fetches.cancel();
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

      async editRows(id, edit) {
        if (isExcluded(get(), "edit-dataset")) return false;
        set({ dataProblem: null });
        try {
          const changed = await edits.run({ kind: "edit-dataset" }, (signal) =>
            client.withSignal(signal).call("editRows", { id, edit }),
          );
          set(({ datasets }) => ({ datasets: datasets.map((each) => (each.id === id ? changed : each)) }));
          return true;
        } catch (error) {
          set({ dataProblem: isCancelled(error) ? null : toProblem(error) });
          return false;
        }
      },

      async exportRows(id) {
        const dataset = get().datasets.find((each) => each.id === id);
        if (!dataset) return;
        try {
          const blob = await client.call("exportRows", { id });
          saveBlob(`${dataset.name.replace(/(\.\w{2,7}){1,2}$/, "")}.jsonl`, blob);
        } catch (error) {
          set({ dataProblem: toProblem(error) });
        }
      },

      chooseTemplate: (id) => {
        set({ templateId: id });
      },

      editTemplate: (templateSource) => {
        set({ templateId: "custom", templateSource });
      },

      async refreshLengths() {
        const inputs = lengthInputs(get());
        if (!inputs) {
          set({ lengths: null, lengthsProblem: null });
          return;
        }
        try {
          measuring.abort();
          measuring = new AbortController();
          const lengths = await client.withSignal(measuring.signal).call("lengthStats", inputs.args);
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
};
