import { en } from "./en";
import type { Text } from "./text";

/** The languages of the page. To add one, create a folder beside `en` and add it here. */
export const languages = { en } satisfies Readonly<Record<string, Text>>;

/**
 * Chooses the page's language from the browser's list `wanted`: the first one available, where "de" also matches
 * "de-AT"; otherwise English.
 */
export function chooseLanguage(
  wanted: readonly string[],
  known: Readonly<Record<string, Text>> = languages,
): Text {
  for (const tag of wanted) {
    const parts = tag.split("-");
    for (let length = parts.length; length > 0; length--) {
      const found = known[parts.slice(0, length).join("-")];
      if (found) return found;
    }
  }
  return languages.en;
}
