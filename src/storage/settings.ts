import { del, get } from "idb-keyval";
import type * as v from "valibot";
import { tryParse } from "../lib/schema";
import { guarded, openStore, putAll } from "./database";

const settings = openStore("luthier-settings", "settings");

/** Loads a setting; null if absent or invalid. */
export async function loadSetting<T>(key: string, schema: v.GenericSchema<unknown, T>): Promise<T | null> {
  const value = await guarded("settings-read", () => get<unknown>(key, settings));
  return tryParse(schema, value).value ?? null;
}

/** Saves a setting: any structured-cloneable value. */
export async function saveSetting(key: string, value: unknown): Promise<void> {
  await guarded("settings-save", () => putAll(settings, [[key, value]]));
}

/** Deletes a setting. */
export async function deleteSetting(key: string): Promise<void> {
  await guarded("settings-save", () => del(key, settings));
}
