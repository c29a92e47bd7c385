import { createContext, use } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { defined } from "../../lib/invariant";
import type { StudioStore } from "./create-store";
import type { Runtime, StudioState } from "./state";

/** The store and what its actions work with. */
export interface Studio extends Runtime {
  readonly store: StudioStore;
}

export const StudioContext = createContext<Studio | null>(null);

/** The studio that this part of the page belongs to. */
export function useStudioContext(): Studio {
  return defined(use(StudioContext), "the studio's context");
}

/** A piece of the state; the component renders again when it changes, compared shallowly. */
export function useStudio<T>(selector: (state: StudioState) => T): T {
  return useStore(useStudioContext().store, useShallow(selector));
}
