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

    recordStall: (stalled) => {
      const loading = jobOf(get(), "load-model")?.subject ?? null;
      set({ stalled, hungModel: stalled ? loading : null });
    },

    restoreSettings: () => {
      set(({ setAside }) => ({ ...setAside, setAside: null }));
    },

    async start() {
      const { refreshEnvironment, startData, startModel, startHub } = get();
      await Promise.all([refreshEnvironment(), startData(), startModel(), startHub()]);
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
