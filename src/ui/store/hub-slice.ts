import type { Caller } from "../../client/client";
import { isCancelled } from "../../lib/errors";
import type { ModelCard } from "../../shared/model";
import { toProblem } from "../lib/problem";
import { isExcluded, JobCalls } from "./jobs";
import type { HubSlice, SliceCreator } from "./state";

/** Models from a hub: the form, the running download, and resumable downloads. */
export const hubSlice: SliceCreator<HubSlice> =
  ({ client }) =>
  (set, get) => {
    const requests = new JobCalls(set);

    /** Makes one hub request at a time; null if it failed. */
    async function ask<T>(
      kind: "look-up" | "download",
      request: (worker: Caller) => Promise<T>,
    ): Promise<T | null> {
      if (isExcluded(get(), kind)) return null;
      set({ hubProblem: null });
      try {
        return await requests.run({ kind }, (signal) => request(client.withSignal(signal)));
      } catch (error) {
        set({ hubProblem: isCancelled(error) ? null : toProblem(error) });
        return null;
      }
    }

    async function askForDownloads(): Promise<void> {
      set({ downloads: await client.call("listDownloads") });
    }

    async function askForToken(): Promise<void> {
      const endpoint = get().hubEndpoint;
      // An endpoint may be incomplete while it is being typed.
      const tokenKept = await client.call("hasToken", { endpoint }).catch(() => false);
      if (get().hubEndpoint === endpoint) set({ tokenKept });
    }

    /** Downloads a model, adds it to the library, and loads it if nothing else is running. */
    async function fetchModel(fetch: (worker: Caller) => Promise<ModelCard>): Promise<void> {
      const card = await ask("download", fetch);
      try {
        if (card) set({ models: await client.call("listModels") });
        await askForDownloads();
        await get().refreshEnvironment();
      } catch (error) {
        set({ hubProblem: toProblem(error) });
      }
      await takeIntoUse(card);
    }

    async function takeIntoUse(card: ModelCard | null): Promise<void> {
      const { jobs, loadsAutomatically: loadsUnasked, loadModel } = get();
      // Automatic loads give way to the model the user downloaded.
      const others = loadsUnasked ? jobs.filter(({ kind }) => kind !== "load-model") : jobs;
      if (card && !isExcluded({ jobs: others }, "load-model")) await loadModel(card.id);
    }

    function request() {
      const { hubRepository, hubEndpoint, hubToken, hubRemember } = get();
      return {
        repository: hubRepository,
        endpoint: hubEndpoint,
        token: hubToken,
        rememberToken: hubRemember,
      };
    }

    return {
      recommended: [],
      hubRepository: "",
      hubEndpoint: "",
      hubToken: "",
      hubRemember: false,
      tokenKept: false,
      hubListing: null,
      hubChoice: null,
      hubProblem: null,
      downloads: [],

      async startHub() {
        try {
          set({ recommended: await client.call("listRecommended") });
          await Promise.all([askForDownloads(), askForToken()]);
        } catch (error) {
          set({ hubProblem: toProblem(error) });
        }
      },

      editHub(change) {
        const before = get();
        set({ ...change, hubProblem: null });
        const { hubRepository, hubEndpoint } = get();
        if (hubRepository !== before.hubRepository || hubEndpoint !== before.hubEndpoint) {
          set({ hubListing: null, hubChoice: null });
        }
        if (hubEndpoint !== before.hubEndpoint) void askForToken();
      },

      chooseWeights: (choiceId) => {
        set({ hubChoice: choiceId });
      },

      async download() {
        if (!get().hubListing) {
          const listing = await ask("look-up", (worker) => worker.call("listRepository", request()));
          if (listing) set({ hubListing: listing, hubChoice: listing.choices[0]?.id ?? null });
          await askForToken();
          const { hubListing, hubProblem } = get();
          if (hubProblem || hubListing?.choices.length !== 1) return;
        }
        const { hubChoice } = get();
        if (hubChoice === null) return;
        await fetchModel((worker) => worker.call("downloadModel", { ...request(), choiceId: hubChoice }));
        if (!get().hubProblem) set({ hubListing: null, hubChoice: null });
      },

      async resumeDownload(id) {
        const { hubEndpoint: endpoint, hubToken: token } = get();
        await fetchModel((worker) => worker.call("resumeDownload", { id, endpoint, token }));
      },

      cancelDownload: () => {
        requests.cancel();
      },

      async discardDownload(id) {
        try {
          await client.call("discardDownload", { id });
          await askForDownloads();
          await get().refreshEnvironment();
        } catch (error) {
          set({ hubProblem: toProblem(error) });
        }
      },

      async forgetToken() {
        try {
          await client.call("forgetToken", { endpoint: get().hubEndpoint });
          set({ hubToken: "", hubRemember: false });
          await askForToken();
        } catch (error) {
          set({ hubProblem: toProblem(error) });
        }
      },

      refreshTokenKept: askForToken,

      dismissHubProblem: () => {
        set({ hubProblem: null });
      },
    };
  };
