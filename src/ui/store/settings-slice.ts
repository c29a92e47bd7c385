import type { SettingsSlice, SliceCreator } from "./state";

export const settingsSlice: SliceCreator<SettingsSlice> = () => (set) => ({
  showHints: true,
  keepAwake: false,
  notifyWhenDone: false,
  setShowHints: (on) => {
    set({ showHints: on });
  },
  setKeepAwake: (on) => {
    set({ keepAwake: on });
  },
  setNotifyWhenDone: (on) => {
    set({ notifyWhenDone: on });
  },
});
