import type { Caller } from "../../client/client";
import { isCancelled } from "../../lib/errors";
import type { ModelSummary } from "../../shared/model";
import { filePath } from "../lib/file-path";
import { toProblem } from "../lib/problem";
import { JobCalls } from "./jobs";
import type { ModelSlice, SliceCreator } from "./state";
import { baseOnly } from "./voices";

/** What belongs to a model and goes with it. */
const ofNoModel = {
  adapters: [],
  adapterId: null,
  voices: baseOnly,
  lastExport: null,
} as const;

export const modelSlice: SliceCreator<ModelSlice> =
  ({ client }) =>
  (set, get) => {
    const loads = new JobCalls(set);

    /**
     * Asks for a model; what the page shows changes when the worker has taken it (`takeModel`). False when that came to
     * nothing.
     */
    async function load(
      subject: string | null,
      read: (worker: Caller) => Promise<ModelSummary>,
    ): Promise<boolean> {
      set({ modelProblem: null });
      try {
        await loads.run({ kind: "load-model", subject }, (signal) => read(client.until(signal)));
        set({ models: await client.call("listModels") });
        await get().refreshEnvironment();
        return true;
      } catch (error) {
        set({ modelProblem: isCancelled(error) ? null : toProblem(error) });
        return false;
      }
    }

    function loadById(id: string): Promise<boolean> {
      const { quantization } = get();
      return load(id, (worker) => worker.call("loadModel", { id, quantization }));
    }

    return {
      models: [],
      modelsLoaded: false,
      modelId: null,
      model: null,
      modelProblem: null,
      quantization: null,

      async setQuantization(quantization) {
        const { model, quantization: before } = get();
        set({ quantization });
        if (model && !(await loadById(model.id))) set({ quantization: before });
      },

      async loadModel(id) {
        await loadById(id);
      },

      async loadModelFiles(files) {
        const { quantization } = get();
        const paths = files.map(filePath);
        await load(null, (worker) => worker.call("loadModelFiles", { files, paths, quantization }));
      },

      cancelModel: () => {
        loads.cancel();
      },

      takeModel(taken) {
        if (!taken) {
          set({ ...ofNoModel, model: null, plan: null, lengths: null });
          return;
        }
        const { summary, adapters } = taken;
        const isAnother = get().model?.id !== summary.id;
        set({
          ...ofNoModel,
          ...(isAnother && { plan: null, lengths: null }),
          // Who spoke there goes with the model.
          turns: [],
          model: summary,
          modelId: summary.id,
        });
        get().setAdapters(adapters);
      },

      async deleteModel(id) {
        try {
          const isInUse = get().model?.id === id;
          await client.call("deleteModel", { id });
          if (isInUse) set({ modelId: null, turns: [], modelProblem: null });
          set({ models: await client.call("listModels") });
          await get().refreshEnvironment();
        } catch (error) {
          set({ modelProblem: toProblem(error) });
        }
      },

      dismissModelProblem: () => {
        set({ modelProblem: null });
      },
    };
  };
