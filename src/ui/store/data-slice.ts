import type { TextEncoding } from "../../lib/problems/dataset-faults";
import { isCancelled } from "../../lib/errors";
import type { DatasetSummary } from "../../shared/data";
import { toProblem } from "../lib/problem";
import { JobCalls } from "./jobs";
import { lengthInputs } from "./selectors";
import type { DataSlice, SliceCreator } from "./state";

export const dataSlice: SliceCreator<DataSlice> =
  ({ client }) =>
  (set, get) => {
    const imports = new JobCalls(set);
    /** Counts what the person has chosen: what the page chooses by itself gives way to it. */
    let choices = 0;
    /** The import that the person asked for last, settled or not. */
    let asked: Promise<unknown> = Promise.resolve();

    type Read = (signal: AbortSignal) => Promise<DatasetSummary>;

    /** Runs an import; what is already there stays as it was when it fails. */
    async function runImport(read: Read, mayChoose: () => boolean): Promise<DatasetSummary | null> {
      set({ dataProblem: null });
      try {
        const dataset = await imports.run({ kind: "import-dataset" }, read);
        set(({ datasets, datasetId }) => ({
          datasets: [...datasets.filter((other) => other.id !== dataset.id), dataset],
          datasetId: mayChoose() ? dataset.id : datasetId,
        }));
        await get().refreshEnvironment();
        return dataset;
      } catch (error) {
        if (mayChoose()) set({ dataProblem: isCancelled(error) ? null : toProblem(error) });
        return null;
      }
    }

    /** An import that the person asks for; a later choice of theirs stays. */
    function importAsked(read: Read): Promise<DatasetSummary | null> {
      const choice = ++choices;
      const reading = runImport(read, () => choice === choices);
      asked = reading;
      return reading;
    }

    async function importSample(
      id: string,
      run: (read: Read) => Promise<DatasetSummary | null>,
    ): Promise<void> {
      const dataset = await run((signal) => client.until(signal).call("importSample", { id }));
      if (dataset) set((state) => ({ sampleOf: { ...state.sampleOf, [dataset.id]: id } }));
    }

    /** Chooses a dataset where the person has none: the newest, or the first sample. */
    async function chooseUnasked(): Promise<void> {
      let choice: number;
      do {
        choice = choices;
        // Where the person's own import comes to nothing, there is still something to begin with.
        await asked;
      } while (choice !== choices);
      const { datasets, samples, datasetId } = get();
      if (datasets.some((dataset) => dataset.id === datasetId)) return;
      const newest = datasets.toSorted((a, b) => b.importedAt - a.importedAt)[0];
      const [sample] = samples;
      if (newest) set({ datasetId: newest.id });
      else if (sample) await importSample(sample.id, (read) => runImport(read, () => choice === choices));
      // The person's import has taken the place of this one.
      if (choice !== choices) await chooseUnasked();
    }

    return {
      datasets: [],
      samples: [],
      dataLoaded: false,
      datasetId: null,
      sampleOf: {},
      templateId: null,
      dataProblem: null,
      refusedFile: null,
      lengths: null,
      lengthsProblem: null,

      async startData() {
        try {
          const listing = Promise.all([client.call("listDatasets"), client.call("listSamples")]);
          const [listed, samples] = await listing;
          set(({ datasets }) => {
            // What was imported meanwhile may be newer than the list.
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
        await chooseUnasked();
      },

      chooseDataset: (id) => {
        choices++;
        set({ datasetId: id });
      },

      async importFile(file: File, encoding?: TextEncoding) {
        const dataset = await importAsked((signal) =>
          client.until(signal).call("importDataset", { file, ...(encoding && { encoding }) }),
        );
        set({ refusedFile: dataset || !get().dataProblem ? null : file });
      },

      async importSample(id) {
        const { datasets, sampleOf } = get();
        const known = datasets.find((dataset) => sampleOf[dataset.id] === id);
        if (known) get().chooseDataset(known.id);
        else await importSample(id, importAsked);
      },

      cancelImport: () => {
        imports.cancel();
      },

      async deleteDataset(id) {
        try {
          await client.call("deleteDataset", { id });
          set(({ datasets, datasetId }) => {
            const left = datasets.filter((dataset) => dataset.id !== id);
            return { datasets: left, datasetId: datasetId === id ? (left.at(-1)?.id ?? null) : datasetId };
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
