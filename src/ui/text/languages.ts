import { en } from "./en";
import type { Text } from "./translation";

/** A language of the page. */
interface Language {
  /** Its own name. */
  readonly name: string;
  readonly load: () => Promise<Text>;
}

/**
 * The languages of the page, by the prefix of BCP 47 tags that ask for them. To add one, create a folder beside `en` and
 * add it here. All but English are loaded on demand.
 */
export const languages = {
  en: { name: "English", load: () => Promise.resolve(en) },
  zh: { name: "简体中文", load: async () => (await import("./zh")).text },
} satisfies Readonly<Record<string, Language>>;

export type LanguageId = keyof typeof languages;

export const LANGUAGE_IDS = Object.keys(languages) as readonly LanguageId[];

/** A language whose texts are there. */
export interface LoadedLanguage {
  readonly id: LanguageId;
  readonly text: Text;
}

export async function loadLanguage(id: LanguageId): Promise<LoadedLanguage> {
  return { id, text: await languages[id].load() };
}

/**
 * Chooses from the browser's list `wanted` the first language available, where "de" also matches "de-AT"; otherwise
 * English.
 */
export function chooseLanguage<Id extends string = LanguageId>(
  wanted: readonly string[],
  known: readonly Id[] = LANGUAGE_IDS as readonly string[] as readonly Id[],
): Id | "en" {
  for (const tag of wanted) {
    const parts = tag.split("-");
    for (let length = parts.length; length > 0; length--) {
      const found = known.find((id) => id === parts.slice(0, length).join("-"));
      if (found) return found;
    }
  }
  return "en";
}

const STORED = "luthier-language";

/** The language chosen earlier, or the browser's; English if its texts cannot be fetched. */
export async function openingLanguage(
  storage: Pick<Storage, "getItem">,
  wanted: readonly string[],
): Promise<LoadedLanguage> {
  const stored = storage.getItem(STORED);
  const id = chooseLanguage([...(stored === null ? [] : [stored]), ...wanted]);
  return loadLanguage(id).catch(() => ({ id: "en" as const, text: en }));
}

/** Stores the choice; if storage is full or blocked, it is lost on reload. */
export function rememberLanguage(storage: Pick<Storage, "setItem">, id: LanguageId): void {
  try {
    storage.setItem(STORED, id);
  } catch {
    // The language is used anyway.
  }
}
