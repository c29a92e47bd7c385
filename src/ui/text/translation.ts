import type { en } from "./en";

/** All texts of the page in one language, with its number formats. */
export type Text = typeof en;

/** English's shape with every part optional. */
export type Translation<T> = T extends (...facts: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Translation<T[Key]> }
    : T;

/**
 * Completes a translation with English, so that the studio works between a new English text and its translation.
 * `tests/unit/ui/languages.test.ts` does not compile while anything is missing.
 */
export function completed<T extends object>(translation: Translation<T>, english: T): T {
  const entries = Object.entries(english).map(([key, text]: [string, unknown]) => {
    const translated = (translation as Readonly<Record<string, unknown>>)[key];
    if (translated === undefined) return [key, text] as const;
    const isGroup = typeof text === "object" && text !== null && !Array.isArray(text);
    return [key, isGroup ? completed(translated as Translation<object>, text) : translated] as const;
  });
  return Object.fromEntries(entries) as T;
}
