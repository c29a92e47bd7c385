import { useSyncExternalStore } from "react";

const ATTRIBUTE = "data-mantine-color-scheme";

/**
 * The colour scheme that the style sheets currently apply. Canvas drawings read these colours and must be redrawn when
 * they change. Mantine's own hook follows the system and may update before the style sheets do.
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
