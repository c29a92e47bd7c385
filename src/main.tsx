import { startWorker } from "./client/start-worker";
import { trustOwnScripts } from "./client/trusted-scripts";
import { mountStudio } from "./ui/mount";

trustOwnScripts();

const root = document.getElementById("root");
if (root) mountStudio(root, startWorker());
