import type { LayoutSlice, SliceCreator } from "./state";
import { STEPS } from "./steps";

/** Which steps are open: one at a time, or any number. */
export const layoutSlice: SliceCreator<LayoutSlice> = () => (set) => ({
  openSteps: [],
  keepsStepsOpen: false,

  openStep: (step) => {
    set(({ openSteps, keepsStepsOpen }) => {
      if (openSteps.includes(step)) return {};
      return { openSteps: keepsStepsOpen ? [...openSteps, step] : [step] };
    });
  },

  closeStep: (step) => {
    set(({ openSteps }) => ({ openSteps: openSteps.filter((open) => open !== step) }));
  },

  openEveryStep: () => {
    set({ keepsStepsOpen: true, openSteps: STEPS });
  },

  openOneStep: (step) => {
    set({ keepsStepsOpen: false, openSteps: [step] });
  },
});
