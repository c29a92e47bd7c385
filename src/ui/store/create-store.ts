import { createJSONStorage, persist, type StateStorage } from "zustand/middleware";
import { createStore, type StoreApi } from "zustand/vanilla";
import { adaptersSlice } from "./adapters-slice";
import { compareSlice } from "./compare-slice";
import { dataSlice } from "./data-slice";
import { environmentSlice } from "./environment-slice";
import { hubSlice } from "./hub-slice";
import { jobsSlice } from "./jobs-slice";
import { methodSlice } from "./method-slice";
import { modelSlice } from "./model-slice";
import { readSettings, type Settings, toSettings, withoutUndefined } from "./persistence";
import { recoverySlice } from "./recovery-slice";
import { settingsSlice } from "./settings-slice";
import type { Runtime, StudioState } from "./state";
import { trainSlice } from "./train-slice";

export type StudioStore = StoreApi<StudioState>;

/**
 * The studio's one store; what `toSettings` names is kept in `storage` (the browser's own, unless told).
 *
 * @param isStuck whether the start before did not come to rest: what was typed into the forms is then set aside
 */
export function createStudioStore(
  runtime: Runtime,
  storage: () => StateStorage = () => localStorage,
  isStuck = false,
): StudioStore {
  return createStore<StudioState>()(
    persist(
      (...api) => ({
        ...jobsSlice(runtime)(...api),
        ...environmentSlice(runtime)(...api),
        ...recoverySlice(runtime)(...api),
        ...dataSlice(runtime)(...api),
        ...modelSlice(runtime)(...api),
        ...hubSlice(runtime)(...api),
        ...methodSlice(runtime)(...api),
        ...trainSlice(runtime)(...api),
        ...compareSlice(runtime)(...api),
        ...adaptersSlice(runtime)(...api),
        ...settingsSlice(runtime)(...api),
      }),
      {
        name: "luthier-settings",
        version: 1,
        storage: createJSONStorage(() => onlyChanges(storage())),
        partialize: toSettings,
        merge: (stored, current) => ({
          ...current,
          ...(isStuck ? withoutEdits(readSettings(stored)) : readSettings(stored)),
        }),
      },
    ),
  );
}

/** Settings with which the page may have hung without what was typed, which can be taken up again. */
function withoutEdits(settings: Partial<Settings>): Partial<StudioState> {
  const { methodEdits, trainingEdits, generationEdits, ...rest } = settings;
  const edits = { methodEdits, trainingEdits, generationEdits };
  const isEmpty = Object.values(edits).every((values) =>
    Object.values(values ?? {}).every(
      (value) => typeof value === "object" && Object.keys(value).length === 0,
    ),
  );
  return isEmpty ? rest : { ...rest, setAside: withoutUndefined(edits) };
}

/** Writes what differs from the last write: the state changes ten times a second, the settings hardly ever. */
function onlyChanges(storage: StateStorage): StateStorage {
  let written: string | null = null;
  return {
    getItem: (name) => storage.getItem(name),
    removeItem: (name) => storage.removeItem(name),
    setItem(name, value) {
      if (value === written) return;
      written = value;
      try {
        storage.setItem(name, value);
      } catch {
        // A full or refused storage costs the settings after a reload, and must not stop the work.
      }
    },
  };
}
