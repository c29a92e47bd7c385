import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { defined } from "../../lib/invariant";
import { type LanguageId, type LoadedLanguage, loadLanguage } from "./languages";
import type { Text } from "./translation";

export type { Text } from "./translation";

interface LanguageState {
  readonly language: LoadedLanguage;
  /** Loads a language and changes to it; rejects if its texts cannot be fetched. */
  readonly choose: (id: LanguageId) => Promise<void>;
}

const LanguageContext = createContext<LanguageState | null>(null);

interface Props {
  readonly initial: LoadedLanguage;
  /** Called when the user changes the language. */
  readonly onChange: (language: LoadedLanguage) => void;
  readonly children: ReactNode;
}

/** Provides the page's language, and sets the document's `lang`. */
export function LanguageProvider({ initial, onChange, children }: Props) {
  const [language, setLanguage] = useState(initial);
  const { locale } = language.text.format;
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const state = useMemo(
    () => ({
      language,
      async choose(id: LanguageId) {
        const chosen = await loadLanguage(id);
        onChange(chosen);
        setLanguage(chosen);
      },
    }),
    [language, onChange],
  );
  return <LanguageContext value={state}>{children}</LanguageContext>;
}

/** The page's language, and how to change it. */
export function useLanguage(): LanguageState {
  return defined(use(LanguageContext), "the page's language");
}

/** The page's texts in the current language. */
export function useText(): Text {
  return useLanguage().language.text;
}
