import { en } from "./en";
import type { Text } from "./text";

/** The languages of the page. A further one is a folder beside `en` and a line here. */
export const languages = { en } satisfies Readonly<Record<string, Text>>;

/**
 * The language of the page for a person who reads `wanted`, as the browser lists them: the first that the page has,
 * where "de" stands for "de-AT" too; English where it has none.
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
