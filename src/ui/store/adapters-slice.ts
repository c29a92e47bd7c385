import type { Caller } from "../../client/client";
import type { ExportId, MadeExport } from "../../shared/exports";
import { isCancelled } from "../../lib/errors";
import { saveBlob } from "../lib/save-file";
import { toProblem } from "../lib/problem";
import { isExcluded, isRunning, JobCalls } from "./jobs";
import { selectDataset, selectRunConfig, selectTemplate } from "./selectors";
import type { AdaptersSlice, SliceCreator } from "./state";
import { adapterVoice, chooseVoice, fitVoices, selectSpeakers } from "./voices";

/** The loaded model's adapter library: selection, renaming, import and export. */
export const adaptersSlice: SliceCreator<AdaptersSlice> = (runtime) => (set, get) => {
  const { client } = runtime;
  const calls = new JobCalls(set);
  const exports = new JobCalls(set);
  /** A list that was asked for before the latest one may lack its change. */
  let listings = 0;
  /** Changes adapters in the worker and shows the library as it is then. */
  const changeLibrary = async (
    change: () => Promise<void>,
    then: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> => {
    set({ exportProblem: null });
    try {
      await change();
      await get().refreshAdapters();
      await then();
    } catch (error) {
      set({ exportProblem: toProblem(error) });
    }
  };
  const saveExport = async (
    exportId: ExportId,
    make: (worker: Caller) => Promise<MadeExport>,
  ): Promise<void> => {
    if (isExcluded(get(), "export")) return;
    set({ lastExport: null, exportProblem: null });
    try {
      const { name, sizeBytes, archive } = await exports.run(
        { kind: "export", subject: exportId },
        (signal) => make(client.withSignal(signal)),
      );
      if (archive) saveBlob(name, archive);
      set({ lastExport: { id: exportId, name, sizeBytes } });
    } catch (error) {
      set({ exportProblem: isCancelled(error) ? null : toProblem(error) });
    }
  };
  return {
    adapters: [],
    adapterId: null,
    lastExport: null,
    exportProblem: null,
    unsaved: [],

    async refreshAdapters() {
      const listing = ++listings;
      const adapters = await client.call("listAdapters");
      if (listing === listings) get().setAdapters(adapters);
    },

    setAdapters: (adapters) => {
      set(({ adapterId, voices, lentAdapter }) => ({
        adapters,
        adapterId: adapters.some(({ id }) => id === adapterId) ? adapterId : (adapters[0]?.id ?? null),
        voices: fitVoices(voices, selectSpeakers({ adapters, lentAdapter })),
      }));
    },

    addAdapter: (adapter) => {
      set(({ adapters, voices }) => ({
        adapters: [adapter, ...adapters.filter(({ id }) => id !== adapter.id)],
        adapterId: adapter.id,
        voices: chooseVoice(voices, 1, adapterVoice(adapter.id)),
        lastExport: null,
      }));
    },

    chooseAdapter: (id) => {
      set({ adapterId: id, lastExport: null });
    },

    renameAdapter: (id, name) => changeLibrary(() => client.call("renameAdapter", { id, name })),

    deleteAdapter: (id) => changeLibrary(() => client.call("deleteAdapter", { id })),

    saveAdapter: (id) =>
      changeLibrary(
        () => client.call("saveAdapter", { id }),
        () => get().refreshEnvironment(),
      ),

    listExports: (id, template, signal) => client.withSignal(signal).call("listExports", { id, template }),

    makeExport(id, exportId, { type = null, withOptimizer = false, folder = null } = {}) {
      const args = { id, exportId, type, withOptimizer, template: selectTemplate(get()), folder };
      return saveExport(exportId, (worker) => worker.call("makeExport", args));
    },

    async exportPlan(exportId) {
      const config = selectRunConfig(get());
      const dataset = selectDataset(get());
      if (!config || !dataset) return;
      const name = runtime.text.run.adapterName(
        runtime.text.methods[config.method.id].title,
        dataset.name.replace(/\.\w{2,5}$/, ""),
      );
      const args = { config, name, exportId, folder: null };
      await saveExport(exportId, (worker) => worker.call("exportPlan", args));
    },

    cancelExport: () => {
      exports.cancel();
    },

    tryOnnx: (id, type, question, signal) =>
      client.withSignal(signal).call("tryOnnx", { id, type, question, template: selectTemplate(get()) }),

    async importAdapter(files) {
      const others = get().jobs.filter(({ kind }) => kind !== "load-model");
      if (isExcluded({ jobs: others }, "import-adapter") || files.length === 0) return;
      set({ exportProblem: null });
      // Adapters belong to a model, so wait for one that is being loaded.
      if (!get().model || isRunning(get(), "load-model")) await get().modelSettled();
      try {
        get().addAdapter(
          await calls.run({ kind: "import-adapter" }, (signal) =>
            client.withSignal(signal).call("importAdapter", { files }),
          ),
        );
      } catch (error) {
        set({ exportProblem: isCancelled(error) ? null : toProblem(error) });
      }
    },

    dismissExportProblem: () => {
      set({ exportProblem: null });
    },
  };
};
