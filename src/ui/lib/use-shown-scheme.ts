import { useSyncExternalStore } from "react";

const ATTRIBUTE = "data-mantine-color-scheme";

/**
 * The colours that the style sheets show now. What is drawn on a canvas reads them, and must be drawn anew after a change;
 * Mantine's own hook follows the system and may answer while the style sheets still show what was.
 */
export function useShownScheme(): string | null {
  return useSyncExternalStore(watch, read);
}

function read(): string | null {
  return document.documentElement.getAttribute(ATTRIBUTE);
}

function watch(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: [ATTRIBUTE] });
  return () => {
    observer.disconnect();
  };
}
