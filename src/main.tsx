import { startWorker } from "./client/start-worker";
import { trustOwnScripts } from "./client/trusted-scripts";
import { mountStudio } from "./ui/mount";
import { openingLanguage } from "./ui/text/languages";

trustOwnScripts();

const root = document.getElementById("root");
if (root) {
  const client = startWorker();
  void openingLanguage(localStorage, navigator.languages).then((language) =>
    mountStudio(root, client, language),
  );
}
