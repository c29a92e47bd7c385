import { isCancelled } from "../../lib/errors";
import { saveBlob, saveFile } from "../lib/save-file";
import { toProblem } from "../lib/problem";
import type { AdaptersSlice, SliceCreator } from "./state";
import { fitVoices } from "./voices";

/** The library of adapters of the loaded model: which is in use, names, files out and in. */
export const adaptersSlice: SliceCreator<AdaptersSlice> =
  ({ client }) =>
  (set, get) => ({
    adapters: [],
    adapterId: null,
    exporting: false,
    importingAdapter: false,
    lastExport: null,
    merging: false,
    mergeProgress: null,
    lastMerge: null,
    exportProblem: null,

    setAdapters: (adapters) => {
      set(({ adapterId, voices }) => ({
        adapters,
        adapterId: adapters.some(({ id }) => id === adapterId) ? adapterId : (adapters[0]?.id ?? null),
        voices: fitVoices(voices, adapters),
      }));
    },

    addAdapter: (adapter) => {
      set(({ adapters, voices }) => ({
        adapters: [adapter, ...adapters.filter(({ id }) => id !== adapter.id)],
        adapterId: adapter.id,
        voices: { ...voices, after: adapter.id },
        lastExport: null,
        lastMerge: null,
      }));
    },

    chooseAdapter: (id) => {
      set({ adapterId: id, lastExport: null, lastMerge: null });
    },

    async renameAdapter(id, name) {
      set({ exportProblem: null });
      try {
        await client.call("renameAdapter", { id, name });
        get().setAdapters(await client.call("listAdapters"));
      } catch (error) {
        set({ exportProblem: toProblem(error) });
      }
    },

    async deleteAdapter(id) {
      set({ exportProblem: null });
      try {
        await client.call("deleteAdapter", { id });
        get().setAdapters(await client.call("listAdapters"));
      } catch (error) {
        set({ exportProblem: toProblem(error) });
      }
    },

    async exportAdapter(id, withOptimizer = false) {
      if (get().exporting) return;
      set({ exporting: true, exportProblem: null });
      try {
        const download = await client.call("exportAdapter", { id, withOptimizer });
        saveFile(download);
        set({ lastExport: { name: download.name, sizeBytes: download.bytes.byteLength } });
      } catch (error) {
        set({ exportProblem: toProblem(error) });
      } finally {
        set({ exporting: false });
      }
    },

    async mergeAdapter(id, folder) {
      if (get().merging) return;
      set({ merging: true, mergeProgress: null, lastMerge: null, exportProblem: null });
      try {
        const { name, sizeBytes, archive } = await client.call("mergeAdapter", { id, folder });
        if (archive) saveBlob(name, archive);
        set({ lastMerge: { name, sizeBytes } });
      } catch (error) {
        set({ exportProblem: isCancelled(error) ? null : toProblem(error) });
      } finally {
        set({ merging: false, mergeProgress: null });
      }
    },

    cancelMerge: () => {
      client.call("cancelMerge").catch((error: unknown) => {
        set({ exportProblem: toProblem(error) });
      });
    },

    async importAdapter(files) {
      if (get().importingAdapter || files.length === 0) return;
      set({ importingAdapter: true, exportProblem: null });
      try {
        get().addAdapter(await client.call("importAdapter", { files }));
      } catch (error) {
        set({ exportProblem: isCancelled(error) ? null : toProblem(error) });
      } finally {
        set({ importingAdapter: false });
      }
    },

    dismissExportProblem: () => {
      set({ exportProblem: null });
    },
  });
