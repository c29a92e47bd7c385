import { createContext, type ReactNode, use, useEffect } from "react";
import { defined } from "../../lib/invariant";
import type { en } from "./en";

/** All texts of the page in one language, with its number formats. */
export type Text = typeof en;

const TextContext = createContext<Text | null>(null);

/** Provides the page's language, and sets the document's `lang`. */
export function TextProvider({ text, children }: { text: Text; children: ReactNode }) {
  const { locale } = text.format;
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return <TextContext value={text}>{children}</TextContext>;
}

/** The page's texts in the current language. */
export function useText(): Text {
  return defined(use(TextContext), "the page's language");
}
