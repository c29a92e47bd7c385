import type { StorageJob, StorageProblems, StorageTask } from "../../../../lib/problems/storage-problems";
import type { ProblemTexts } from "./words";

const tasks: Readonly<Record<StorageTask, string>> = {
  "adapter-delete": "delete the adapter",
  "adapter-keep": "keep the adapter",
  "adapter-read": "read the adapter",
  "adapter-rename": "rename the adapter",
  "adapters-list": "list the adapters",
  "dataset-clear": "remove the unfinished dataset",
  "dataset-delete": "delete the dataset",
  "dataset-open": "open the dataset",
  "dataset-read": "read the dataset",
  "dataset-replace": "replace the dataset",
  "dataset-save": "save the dataset",
  "datasets-list": "list the datasets",
  "download-begin": "begin the download",
  "download-discard": "discard the download",
  "download-end": "end the download",
  "download-keep": "keep the download",
  "download-look": "look at the download",
  "download-write": "write the download",
  "downloads-list": "list the downloads",
  "evaluation-keep": "keep the scores",
  "evaluation-read": "read the scores",
  "rating-keep": "keep the rating",
  "ratings-read": "read the ratings",
  "imports-clear": "remove unfinished imports",
  "model-clear": "remove the unfinished model",
  "model-delete": "delete the model",
  "model-describe": "save the model's description",
  "model-keep": "keep the model",
  "model-open": "open the model",
  "models-clear": "remove unfinished models",
  "models-list": "list the models",
  "optimizer-read": "read the optimizer's state",
  "progress-forget": "delete the run's progress",
  "progress-keep": "keep the run's progress",
  "progress-read": "read the run's progress",
  "run-delete": "delete the run",
  "run-keep": "keep the run's record",
  "run-label": "save the change to the run",
  "run-read": "read the run",
  "runs-list": "list the runs",
  "run-reserve": "save the result of this run",
  "settings-read": "read the settings",
  "settings-save": "save the settings",
};

const asked = ({ task, name }: StorageJob): string => (name ? `${tasks[task]} ${name}` : tasks[task]);

export const storageProblems: ProblemTexts<StorageProblems> = {
  "storage/full": (job) => ({
    what: `There is not enough storage left to ${asked(job)}; existing data is unchanged.`,
    advice: "Delete datasets or models you no longer need, or free space on the disk, then try again.",
  }),
  "storage/refused": ({ reason, ...job }) => ({
    what: `The browser would not ${asked(job)}: ${reason.replace(/\.$/, "")}.`,
    advice:
      "Private windows and some privacy settings prevent storage; try a normal window, or free up disk space.",
  }),
  "storage/no-files": () => ({
    what: "This page cannot store downloads: the browser gives it no file storage.",
    advice:
      "Open the studio over https or from localhost, in a normal window, or drop the model's files instead.",
  }),
  "storage/download-elsewhere": () => ({
    what: "This model is being downloaded in another tab.",
    advice: "Wait for that one, or cancel it there.",
  }),
  "storage/download-unknown": () => ({
    what: "This download no longer exists.",
    advice: "Start it again.",
  }),
  "model/files-gone": ({ title }) => ({
    what: `The files of ${title ?? "this model"} are no longer stored here.`,
    advice: "Choose the model's files again.",
  }),
  "data/dataset-gone": () => ({
    what: "This dataset no longer exists.",
    advice: "Choose another one, or import it again.",
  }),
  "data/rows-gone": ({ dataset }) => ({
    what: `Part of the dataset ${dataset} is missing: the browser has deleted it.`,
    advice: "Delete the dataset and import it again.",
  }),
};
