import { registerServiceWorker } from "./client/service-worker";
import { startWorker } from "./client/start-worker";
import { trustOwnScripts } from "./client/trusted-scripts";
import { mountStudio } from "./ui/mount";
import type { StudioStore } from "./ui/store/create-store";
import { openingLanguage } from "./ui/text/languages";

trustOwnScripts();

/** Keeps the built studio's files for use without a network, once the page itself has been fetched. */
function keepOffline(store: StudioStore): void {
  if (!import.meta.env.PROD) return;
  void registerServiceWorker((waitingVersion) => {
    store.setState({ waitingVersion });
  });
}

const root = document.getElementById("root");
if (root) {
  const client = startWorker();
  void openingLanguage(localStorage, navigator.languages).then((language) =>
    mountStudio(root, client, language, keepOffline),
  );
}
