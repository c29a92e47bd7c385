import { createStore, del, get } from "idb-keyval";
import { guarded, putAll } from "./database";

const settings = createStore("luthier-settings", "settings");

/**
 * Reads a small value that an earlier visit saved.
 * @param parse returns the value when it still has the expected form, else null
 */
export async function loadSetting<T>(key: string, parse: (value: unknown) => T | null): Promise<T | null> {
  const value = await guarded("settings-read", () => get<unknown>(key, settings));
  return value === undefined ? null : parse(value);
}

/** Saves a small value: anything that structured clone copies. */
export async function saveSetting(key: string, value: unknown): Promise<void> {
  await guarded("settings-save", () => putAll(settings, [[key, value]]));
}

/** Forgets a value. */
export async function deleteSetting(key: string): Promise<void> {
  await guarded("settings-save", () => del(key, settings));
}
