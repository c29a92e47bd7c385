import { startWorker } from "./client/start-worker";
import { mountStudio } from "./ui/mount";

const root = document.getElementById("root");
if (root) mountStudio(root, startWorker());
