import { toProblem } from "../lib/problem";
import type { EnvironmentSlice, SliceCreator } from "./state";

export const environmentSlice: SliceCreator<EnvironmentSlice> =
  ({ client }) =>
  (set, get) => ({
    environment: null,
    fault: null,

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
