import type { Caller } from "../../client/client";
import { isCancelled } from "../../lib/errors";
import type { ModelSummary } from "../../shared/model";
import { filePath } from "../lib/file-path";
import { toProblem } from "../lib/problem";
import { JobCalls, jobOf, whileRunning } from "./jobs";
import type { ModelSlice, SliceCreator, StudioState } from "./state";
import { baseOnly } from "./voices";

/** State that belongs to a model and is reset with it. */
const withoutModel = {
  adapters: [],
  adapterId: null,
  voices: baseOnly,
  lastExport: null,
} as const;

export const modelSlice: SliceCreator<ModelSlice> =
  ({ client }) =>
  (set, get, api) => {
    const loads = new JobCalls(set);
    /** Incremented by every choice the user makes; automatic loads give way to them. */
    let choices = 0;
    let cancels = 0;
    /** The user's latest load, settled or not. */
    let asked: Promise<unknown> = Promise.resolve();
    /** Selections of a model that was unloaded, restored if it is loaded again. */
    let before: Pick<StudioState, "modelId" | "adapterId" | "voices"> | null = null;
    let listings = 0;
    let start: Promise<void> = Promise.resolve();

    /** Refreshes the list of models; of concurrent requests only the latest is used. */
    async function listModels(): Promise<void> {
      const listing = ++listings;
      const models = await client.call("listModels");
      if (listing === listings) set({ models, modelsLoaded: true });
    }

    /** Requests a model; the page changes when the worker has loaded it (`takeModel`). Returns false on failure. */
    async function load(
      subject: string | null,
      read: (worker: Caller) => Promise<ModelSummary>,
      mayTell: () => boolean,
    ): Promise<boolean> {
      set({ modelProblem: null });
      try {
        await loads.run({ kind: "load-model", subject }, (signal) => read(client.withSignal(signal)));
        await listModels();
        await get().refreshEnvironment();
        return true;
      } catch (error) {
        if (mayTell()) set({ modelProblem: isCancelled(error) ? null : toProblem(error) });
        return false;
      }
    }

    /** Loads a model for the user. */
    function loadForUser(
      subject: string | null,
      read: (worker: Caller) => Promise<ModelSummary>,
    ): Promise<boolean> {
      const choice = ++choices;
      set({ loadsAutomatically: false, hungModel: null });
      const loading = load(subject, read, () => choice === choices);
      asked = loading;
      return loading;
    }

    function byId(id: string) {
      const { quantization } = get();
      return (worker: Caller) => worker.call("loadModel", { id, quantization });
    }

    /** Loads a model automatically, after the user's own loads have settled; false if those have loaded one. */
    async function loadAutomatically(choose: () => string | null): Promise<boolean> {
      let choice: number;
      do {
        choice = choices;
        await asked;
      } while (choice !== choices);
      const id = get().model ? null : choose();
      if (id === null) return false;
      const cancelled = cancels;
      set({ loadsAutomatically: true });
      const isLoaded = await load(id, byId(id), () => choice === choices);
      if (choice === choices) set({ loadsAutomatically: false });
      // The user's load replaced this one; if it failed, try again.
      return choice === choices || cancelled !== cancels ? isLoaded : loadAutomatically(choose);
    }

    async function listAndLoad(): Promise<void> {
      try {
        await listModels();
      } catch (error) {
        set({ modelProblem: toProblem(error), modelsLoaded: true });
        return;
      }
      await loadAutomatically(() => {
        const { models, modelId, hungModel } = get();
        // A model that hung the worker at an earlier start is only loaded on request, and no other in its place.
        if (hungModel !== null && hungModel === modelId) return null;
        const last = models.find((card) => card.id === modelId);
        const chosen = last ?? models.find((card) => card.source === "built-in");
        if (!chosen) set({ modelId: null });
        return chosen?.id ?? null;
      });
    }

    return {
      models: [],
      modelsLoaded: false,
      modelId: null,
      model: null,
      modelProblem: null,
      quantization: null,
      loadsAutomatically: false,

      startModel() {
        start = listAndLoad();
        return start;
      },

      async modelSettled() {
        await start;
        await whileRunning(api, "load-model");
      },

      async setQuantization(quantization) {
        const { model, quantization: earlier } = get();
        set({ quantization });
        // A model that is being loaded is reloaded with the new setting too.
        const id = jobOf(get(), "load-model")?.subject ?? model?.id ?? null;
        if (id !== null && !(await loadForUser(id, byId(id)))) set({ quantization: earlier });
      },

      async loadModel(id) {
        await loadForUser(id, byId(id));
      },

      reloadModel: (id) => loadAutomatically(() => id),

      async loadModelFiles(files) {
        const { quantization } = get();
        const paths = files.map(filePath);
        await loadForUser(null, (worker) => worker.call("loadModelFiles", { files, paths, quantization }));
      },

      cancelModel: () => {
        cancels++;
        loads.cancel();
      },

      takeModel(taken) {
        if (!taken) {
          const { modelId, adapterId, voices } = get();
          before = { modelId, adapterId, voices };
          set({ ...withoutModel, model: null, plan: null, lengths: null });
          return;
        }
        const { summary, adapters } = taken;
        const isAnother = get().model?.id !== summary.id;
        // The same model is back after a lost GPU: restore its conversation and selections.
        const isBack = before?.modelId === summary.id ? before : null;
        before = null;
        set({
          ...withoutModel,
          ...(isAnother && { plan: null, lengths: null }),
          // Voices are reset with the model.
          ...(isBack ?? { turns: [] }),
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
          await listModels();
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
