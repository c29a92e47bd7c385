import { jobOf } from "./jobs";
import { toProblem } from "../lib/problem";
import type { EnvironmentSlice, SliceCreator } from "./state";

export const environmentSlice: SliceCreator<EnvironmentSlice> =
  ({ client }) =>
  (set, get) => ({
    environment: null,
    fault: null,
    stalled: false,
    hungModel: null,
    setAside: null,
    outdated: false,
    waitingVersion: null,

    recordStall: (stalled) => {
      const { jobs, modelId } = get();
      const loading = jobOf(get(), "load-model")?.subject ?? null;
      // Without a job, the page itself made a request: tokens, lengths, a plan. All involve the model in use.
      const suspect = loading ?? (jobs.length === 0 ? modelId : null);
      set({ stalled, hungModel: stalled ? suspect : null });
    },

    restoreSettings: () => {
      set(({ setAside }) => ({ ...setAside, setAside: null }));
    },

    async start() {
      const { refreshEnvironment, startData, startModel, startHub, startRuns, startRatings } = get();
      await Promise.all([
        refreshEnvironment(),
        startData(),
        startModel(),
        startHub(),
        startRuns(),
        startRatings(),
      ]);
      await refreshEnvironment();
    },

    async refreshEnvironment() {
      try {
        set({ environment: await client.call("environment") });
      } catch (error) {
        set({ fault: toProblem(error) });
      }
    },

    dismissFault: () => {
      set({ fault: null });
    },
  });
