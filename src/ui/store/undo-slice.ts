import type { SliceCreator, UndoSlice } from "./state";

/** How long a change can be undone. */
const UNDO_MS = 20_000;

/** The last change that can be undone. What is deleted for good is deleted when the offer ends. */
export const undoSlice: SliceCreator<UndoSlice> = () => (set, get) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    clearTimeout(timer);
    const { undoable } = get();
    set({ undoable: null });
    return undoable;
  };
  return {
    undoable: null,

    offerUndo: (undoable) => {
      get().settleUndo();
      set({ undoable });
      timer = setTimeout(get().settleUndo, UNDO_MS);
    },

    undo: () => end()?.undo(),

    settleUndo: () => {
      end()?.settle?.();
    },
  };
};
