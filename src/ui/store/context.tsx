import { createContext, use } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { defined } from "../../lib/invariant";
import type { StudioStore } from "./create-store";
import type { Runtime, StudioState } from "./state";

/** The store and its runtime dependencies. */
export interface Studio extends Runtime {
  readonly store: StudioStore;
}

export const StudioContext = createContext<Studio | null>(null);

/** The studio context of this component tree. */
export function useStudioContext(): Studio {
  return defined(use(StudioContext), "the studio's context");
}

/** Selects from the state; re-renders on change by shallow comparison. */
export function useStudio<T>(selector: (state: StudioState) => T): T {
  return useStore(useStudioContext().store, useShallow(selector));
}
