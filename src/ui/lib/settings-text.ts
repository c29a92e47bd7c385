import { LuthierError } from "../../lib/errors";
import { isNestedTooDeep } from "../../lib/json";
import {
  MAX_SETTINGS_BYTES,
  readStudioSettings,
  settingsDocument,
  type StudioSettings,
} from "../../shared/settings-file";

/** Name of saved settings. */
export const SETTINGS_FILE = "luthier-settings.yaml";

/** Settings as YAML. */
export async function settingsYaml(settings: StudioSettings): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(settingsDocument(settings));
}

/** Reads a file of YAML or JSON. Errors: as {@link readStudioSettings}, or it is neither. */
export async function readSettingsText(text: string, file: string): Promise<StudioSettings> {
  checkSize(text.length, file);
  return readStudioSettings(await parse(text, file), file);
}

async function parse(text: string, file: string): Promise<unknown> {
  // YAML may start with a brace too; its parser then says what is wrong.
  if (/^\s*\{/.test(text)) {
    try {
      return parseJson(text);
    } catch {
      // Fall through.
    }
  }
  const { parse: parseYaml } = await import("yaml");
  try {
    refuseDepth(text);
    // Settings need no aliases, with which a small file can become a huge value.
    return parseYaml(text, { stringKeys: true, maxAliasCount: 0 });
  } catch (cause) {
    throw unreadable(file, cause instanceof Error ? cause.message : String(cause));
  }
}

/** Parsers recurse, and the stack has a limit. */
function refuseDepth(text: string): void {
  if (isNestedTooDeep(text)) throw new RangeError("It is nested too deep.");
}

function parseJson(text: string): unknown {
  refuseDepth(text);
  return JSON.parse(text);
}

function checkSize(sizeBytes: number, file: string | null): void {
  if (sizeBytes > MAX_SETTINGS_BYTES)
    throw new LuthierError({ code: "settings/too-large", file, sizeBytes, maxBytes: MAX_SETTINGS_BYTES });
}

function unreadable(file: string | null, reason: string): LuthierError {
  return new LuthierError({ code: "settings/not-readable", file, reason });
}

/** Start of a fragment that carries settings. */
const FRAGMENT = "#settings=";

/** The page's address with settings in its fragment, which browsers do not send to servers. */
export function settingsLink(settings: StudioSettings, address: string): string {
  const bytes = new TextEncoder().encode(JSON.stringify(settingsDocument(settings)));
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const base64 = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  return `${address.replace(/#.*$/, "")}${FRAGMENT}${base64}`;
}

/** The settings' fragment of the page's address, which is removed from it; null if it has none. */
export function takeSettingsFragment(): string | null {
  const { hash } = location;
  if (!hash.startsWith(FRAGMENT)) return null;
  history.replaceState(history.state, "", "#train");
  return hash;
}

/** Settings of a fragment. Errors: they are damaged. */
export function readSettingsFragment(fragment: string): StudioSettings {
  const base64 = fragment.slice(FRAGMENT.length).replaceAll("-", "+").replaceAll("_", "/");
  checkSize(base64.length, null);
  let value: unknown;
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw unreadable(null, cause instanceof Error ? cause.message : String(cause));
  }
  return readStudioSettings(value, null);
}
