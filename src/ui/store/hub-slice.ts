import { isCancelled } from "../../lib/errors";
import type { ModelCard } from "../../spec/model";
import { toProblem } from "../lib/problem";
import { isTraining } from "./selectors";
import type { HubSlice, SliceCreator } from "./state";

/** Models from a hub: the form, the download that runs, and those that can go on. */
export const hubSlice: SliceCreator<HubSlice> =
  ({ client }) =>
  (set, get) => {
    /** Runs a question or a download; the page shows one at a time. */
    async function busyWith(
      kind: NonNullable<HubSlice["hubBusy"]>,
      work: () => Promise<void>,
    ): Promise<void> {
      if (get().hubBusy) return;
      set({ hubBusy: kind, hubProblem: null, downloadProgress: null, downloadWaiting: false });
      try {
        await work();
      } catch (error) {
        set({ hubProblem: isCancelled(error) ? null : toProblem(error) });
      } finally {
        set({ hubBusy: null, downloadProgress: null, downloadWaiting: false });
      }
    }

    async function askForDownloads(): Promise<void> {
      set({ downloads: await client.call("listDownloads") });
    }

    async function askForToken(): Promise<void> {
      const endpoint = get().hubEndpoint;
      // An endpoint that is still being typed may be no address yet.
      const tokenKept = await client.call("hasToken", { endpoint }).catch(() => false);
      if (get().hubEndpoint === endpoint) set({ tokenKept });
    }

    /** Downloads, shows the model in the library, and puts it to use when nothing else is going on. */
    async function fetchModel(fetch: () => Promise<ModelCard>): Promise<void> {
      let card: ModelCard | null = null;
      await busyWith("downloading", async () => {
        try {
          card = await fetch();
          set({ models: await client.call("listModels") });
        } finally {
          await askForDownloads();
          await get().refreshEnvironment();
        }
      });
      await takeIntoUse(card);
    }

    async function takeIntoUse(card: ModelCard | null): Promise<void> {
      const state = get();
      if (card && !state.modelBusy && !isTraining(state) && !state.answering) await state.loadModel(card.id);
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
      hubBusy: null,
      downloadProgress: null,
      downloadWaiting: false,
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
          await busyWith("looking", async () => {
            const listing = await client.call("listRepository", request());
            set({ hubListing: listing, hubChoice: listing.choices[0]?.id ?? null });
          });
          await askForToken();
          const { hubListing, hubProblem } = get();
          if (hubProblem || hubListing?.choices.length !== 1) return;
        }
        const { hubChoice } = get();
        if (hubChoice === null) return;
        await fetchModel(() => client.call("downloadModel", { ...request(), choiceId: hubChoice }));
        if (!get().hubProblem) set({ hubListing: null, hubChoice: null });
      },

      async resumeDownload(id) {
        await fetchModel(() => client.call("resumeDownload", { id, token: get().hubToken }));
      },

      cancelDownload: () => {
        client.call("cancelDownload").catch((error: unknown) => {
          set({ hubProblem: toProblem(error) });
        });
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

      dismissHubProblem: () => {
        set({ hubProblem: null });
      },
    };
  };
