import { createJSONStorage, persist, type StateStorage } from "zustand/middleware";
import { createStore, type StoreApi } from "zustand/vanilla";
import { adaptersSlice } from "./adapters-slice";
import { batchSlice } from "./batch-slice";
import { compareSlice } from "./compare-slice";
import { dataSlice } from "./data-slice";
import { environmentSlice } from "./environment-slice";
import { hubSlice } from "./hub-slice";
import { jobsSlice } from "./jobs-slice";
import { layoutSlice } from "./layout-slice";
import { methodSlice } from "./method-slice";
import { modelSlice } from "./model-slice";
import { nextMoveSlice } from "./next-move";
import { pushSlice } from "./push-slice";
import { readSettings, type Settings, toSettings, withoutUndefined } from "./persistence";
import { recoverySlice } from "./recovery-slice";
import { ratingsSlice } from "./ratings-slice";
import { scoresSlice } from "./scores-slice";
import { runsSlice } from "./runs-slice";
import { settingsFileSlice } from "./settings-file-slice";
import { settingsSlice } from "./settings-slice";
import type { Runtime, StudioState } from "./state";
import { sweepSlice } from "./sweep-slice";
import { trainSlice } from "./train-slice";
import { undoSlice } from "./undo-slice";

export type StudioStore = StoreApi<StudioState>;

/**
 * Creates the studio's store. What `toSettings` selects is persisted in `storage` (default: the browser's).
 *
 * @param isStuck whether the previous start never finished; form edits are then set aside
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
        ...sweepSlice(runtime)(...api),
        ...runsSlice(runtime)(...api),
        ...compareSlice(runtime)(...api),
        ...ratingsSlice(runtime)(...api),
        ...scoresSlice(runtime)(...api),
        ...batchSlice(runtime)(...api),
        ...adaptersSlice(runtime)(...api),
        ...pushSlice(runtime)(...api),
        ...settingsSlice(runtime)(...api),
        ...nextMoveSlice(runtime)(...api),
        ...layoutSlice(runtime)(...api),
        ...undoSlice(runtime)(...api),
        ...settingsFileSlice(runtime)(...api),
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

/** The settings without form edits, which may have hung the page and can be restored later. */
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

/** Skips unchanged writes: the state changes ten times a second, the settings rarely. */
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
        // If storage is full or blocked, settings are lost on reload, but work must not stop.
      }
    },
  };
}
