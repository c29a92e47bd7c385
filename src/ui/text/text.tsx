import { createContext, type ReactNode, use, useEffect } from "react";
import { defined } from "../../lib/invariant";
import type { en } from "./en";

/** Every sentence and label of the page in one language, and how that writes numbers. */
export type Text = typeof en;

const TextContext = createContext<Text | null>(null);

/** Gives the page its language, and tells the document which one it is. */
export function TextProvider({ text, children }: { text: Text; children: ReactNode }) {
  const { locale } = text.format;
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  return <TextContext value={text}>{children}</TextContext>;
}

/** Every sentence and label, in the language of the page. */
export function useText(): Text {
  return defined(use(TextContext), "the page's language");
}
