import { isCancelled } from "../../lib/errors";
import type { ModelSummary } from "../../spec/model";
import { filePath } from "../lib/file-path";
import { toProblem } from "../lib/problem";
import type { ModelSlice, SliceCreator } from "./state";
import { baseOnly } from "./voices";

/** The page while no model is loaded. */
const withoutModel = {
  model: null,
  modelProgress: null,
  modelProblem: null,
  adapters: [],
  adapterId: null,
  voices: baseOnly,
  // Who spoke there goes with the model.
  turns: [],
  lastMerge: null,
  plan: null,
  lengths: null,
  lastExport: null,
} as const;

export const modelSlice: SliceCreator<ModelSlice> =
  ({ client }) =>
  (set, get) => {
    /** Loads a model; the one before it is gone from the GPU either way, so a failure leaves none. */
    async function load(read: () => Promise<ModelSummary>): Promise<void> {
      set({ ...withoutModel, modelBusy: true });
      try {
        const model = await read();
        const [adapters, models] = await Promise.all([
          client.call("listAdapters"),
          client.call("listModels"),
        ]);
        set({ model, modelId: model.id, models });
        get().setAdapters(adapters);
        await get().refreshEnvironment();
      } catch (error) {
        set({ modelProblem: isCancelled(error) ? null : toProblem(error) });
      } finally {
        set({ modelBusy: false, modelProgress: null });
      }
    }

    return {
      models: [],
      modelsLoaded: false,
      modelId: null,
      model: null,
      modelBusy: false,
      modelProgress: null,
      modelProblem: null,
      quantization: null,

      async setQuantization(quantization) {
        set({ quantization });
        const { model } = get();
        if (model) await get().loadModel(model.id);
      },

      async loadModel(id) {
        set({ modelId: id });
        const { quantization } = get();
        await load(() => client.call("loadModel", { id, quantization }));
      },

      async loadModelFiles(files) {
        const before = get().modelId;
        set({ modelId: null });
        const { quantization } = get();
        const paths = files.map(filePath);
        await load(() => client.call("loadModelFiles", { files, paths, quantization }));
        if (!get().model) set({ modelId: before });
      },

      cancelModel: () => {
        client.call("cancelModel").catch((error: unknown) => {
          set({ modelProblem: toProblem(error) });
        });
      },

      async deleteModel(id) {
        try {
          await client.call("deleteModel", { id });
          const models = await client.call("listModels");
          const gone = get().model?.id === id;
          set(gone ? { ...withoutModel, models, modelId: null } : { models });
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
