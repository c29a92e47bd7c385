import * as v from "valibot";
import { deleteSetting, loadSetting, saveSetting } from "./settings";

/** Access tokens that the user chose to store, per endpoint, so that none is sent to another host. */

export async function rememberToken(endpoint: string, token: string): Promise<void> {
  await saveSetting(key(endpoint), token);
}

/** The token of an endpoint; "" if there is none. */
export async function rememberedToken(endpoint: string): Promise<string> {
  return (await loadSetting(key(endpoint), v.string())) ?? "";
}

export async function forgetToken(endpoint: string): Promise<void> {
  await deleteSetting(key(endpoint));
}

function key(endpoint: string): string {
  return `hub token ${endpoint}`;
}
