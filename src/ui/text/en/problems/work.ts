import type { JobKind } from "../../../../lib/job-kind";
import type { WorkProblems } from "../../../../lib/problems/work-problems";
import type { ProblemTexts } from "./words";

const busy: Readonly<Record<JobKind, string>> = {
  "load-model": "A model is loading.",
  "delete-model": "A model is being deleted.",
  train: "A run is training.",
  measure: "The speed of a run is being measured.",
  answer: "An answer is being written.",
  evaluate: "Answers are being scored.",
  "answer-files": "The prompts of a file are being answered.",
  export: "An export is being made.",
  push: "An adapter is being pushed to a hub.",
  "try-onnx": "An ONNX export is being tried.",
  "import-adapter": "An adapter is being loaded.",
  "edit-library": "The adapter library is being changed.",
  "import-dataset": "A dataset is being imported.",
  "delete-dataset": "A dataset is being deleted.",
  "edit-dataset": "Rows are being changed.",
  "look-up": "A repository is being looked up.",
  download: "Another download is running.",
  "fetch-dataset": "A dataset is being downloaded.",
};

export const workProblems: ProblemTexts<WorkProblems> = {
  cancelled: () => ({ what: "The work was stopped.", advice: "Start it again when you like." }),
  busy: ({ running }) => ({ what: busy[running], advice: "Stop it first, or wait until it is done." }),
  "busy/elsewhere": () => ({
    what: "Another tab of the studio is training.",
    advice: "Wait until that run is done, or stop it there; everything else works here in the meantime.",
  }),
  "device-lost/again": ({ times }) => ({
    what:
      times > 1
        ? `The GPU was lost ${times} times within ten minutes.`
        : "The GPU was lost and could not be recovered automatically.",
    advice:
      "Reload the page: a run continues from its last checkpoint. If it is lost again, choose a smaller batch or shorter rows, and close other programs that use the GPU.",
  }),
  "work/no-model-left": ({ title }) => ({
    what: `The model could not be loaded. ${title} was unloaded to make room and could not be loaded again, so no model is loaded now.`,
    advice: "Choose a model to load; if memory is short, close other tabs that use the GPU.",
  }),
  internal: ({ reason }) => ({
    what: `Internal error: ${reason.replace(/\.$/, "")}.`,
    advice: "Reload the page; your datasets and settings are kept. Please report it with this message.",
  }),
};
