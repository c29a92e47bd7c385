import { MantineProvider } from "@mantine/core";
import "@mantine/core/styles.layer.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Client } from "../client/client";
import { Studio } from "./features/shell/studio";
import { beginOpening, endOpening } from "./lib/opening-mark";
import { takeSettingsFragment } from "./lib/settings-text";
import { RunLog } from "./lib/run-log";
import { RunSeries } from "./lib/run-series";
import { connectStore } from "./store/connect";
import { StudioContext } from "./store/context";
import { createStudioStore, type StudioStore } from "./store/create-store";
import { type LoadedLanguage, rememberLanguage } from "./text/languages";
import { LanguageProvider } from "./text/text";
import "./theme/global.css";
import { cssVariables, theme } from "./theme/theme";
import { ThemeVariables } from "./theme/theme-variables";

/** Start-up has succeeded if the page is still responsive after this time. */
const SETTLED_MS = 3000;

/**
 * Renders the studio with a client and starts it; returns an unmount function.
 *
 * @param language the page's language until the user chooses another
 * @param onStore receives the store before the studio starts
 */
export function mountStudio(
  element: HTMLElement,
  client: Client,
  language: LoadedLanguage,
  onStore: (store: StudioStore) => void = () => undefined,
): () => void {
  const runtime = { client, series: new RunSeries(), log: new RunLog(), text: language.text };
  const isStuck = beginOpening(localStorage);
  const store = createStudioStore(runtime, () => localStorage, isStuck);
  const rest = (): void => {
    endOpening(localStorage);
  };
  const resting = setTimeout(rest, SETTLED_MS);
  addEventListener("pagehide", rest);
  const disconnect = connectStore(store, runtime);
  const changeLanguage = ({ id, text }: LoadedLanguage): void => {
    rememberLanguage(localStorage, id);
    runtime.text = text;
  };
  const root = createRoot(element);
  root.render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <ThemeVariables />
        <LanguageProvider initial={language} onChange={changeLanguage}>
          <StudioContext value={{ ...runtime, store }}>
            <Studio />
          </StudioContext>
        </LanguageProvider>
      </MantineProvider>
    </StrictMode>,
  );
  onStore(store);
  // Taken before the steps keep their own names in the address.
  const fragment = takeSettingsFragment();
  const started = store.getState().start();
  if (fragment !== null) void started.then(() => store.getState().loadLinkedSettings(fragment));
  return () => {
    clearTimeout(resting);
    removeEventListener("pagehide", rest);
    disconnect();
    root.unmount();
  };
}
