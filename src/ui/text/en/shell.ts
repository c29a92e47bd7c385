import type { BrowserKind } from "../../lib/browser-kind";
import { formatTyped } from "../../lib/typed-number";
import { format } from "./format";
import { plural } from "./words";

/* Texts of the page around the steps, and of progress. */

export const shell = {
  settingsFile: {
    save: "Save settings",
    load: "Load settings",
    input: "Settings file",
    copyLink: "Copy link to these settings",
    hint: "Model, template, method and all options as a YAML file, without data. Load one here or drop it anywhere on the page.",
    taken: (file: string | null) =>
      file === null ? "The link's settings are in use" : `The settings of ${file} are in use`,
    missingModel: (model: string) =>
      `They were made for ${model}, which is not in your library. Load it on the Model step; until then its defaults do not apply.`,
    dismiss: "All right",
  },
  brand: "Luthier",
  /** The visible range of a list. */
  range: (first: number, last: number, total: number) =>
    `${format.integer(first)}–${format.integer(last)} of ${format.integer(total)}`,
  steps: {
    data: "Data",
    model: "Model",
    method: "Method",
    train: "Train",
    compare: "Compare",
    export: "Export",
  },
  stepStates: { empty: "empty", ready: "ready", busy: "busy", done: "done", problem: "problem" },
  /** Announced after a step's name. */
  spokenState: (state: string) => `, ${state}`,
  stepsLabel: "Steps",
  language: "Language",
  skip: "Skip to the first step",
  skipToRun: "Skip to the run",
  detail: {
    importing: "importing…",
    loading: "loading…",
    noData: "choose a dataset",
    noModel: "choose a model",
    notTrained: "not trained yet",
    step: (step: number, total: number) => `step ${format.fixed(step, 0)} of ${format.fixed(total, 0)}`,
    loss: (loss: number) => `loss ${format.loss(loss)}`,
    problem: "has a problem",
    noAdapter: "after training",
    ask: "ask a question",
    asked: (count: number) => plural(count, "question asked", "questions asked"),
    size: (bytes: number) => format.bytes(bytes),
  },
  /** The lines of closed steps. */
  lines: {
    joined: (parts: readonly string[]) => parts.join(" · "),
    trainable: (count: number, share: number) =>
      `${format.integer(count)} trainable (${format.share(share)})`,
    epochs: (count: number) => plural(count, "epoch", "epochs"),
    steps: (count: number) => plural(count, "step", "steps"),
    batch: (size: number) => `batch size ${format.integer(size)}`,
    rate: (rate: number) => `learning rate ${formatTyped(rate)}`,
  },
  openEvery: "Open all steps",
  openOne: "One step at a time",
  scheme: {
    light: "Colours: light. Change to dark",
    dark: "Colours: dark. Change to those of the system",
    auto: "Colours: as the system. Change to light",
  },
  noGpu: {
    title: "No WebGPU here",
    /** How to get WebGPU, by browser. */
    browsers: {
      insecure:
        "Browsers only offer it to pages served over https or from localhost; this one was served over http.",
      safari:
        "Safari supports it from macOS, iOS, iPadOS and visionOS 26; Safari 26 on an older macOS does not. On iPhone and iPad the same applies to other browsers.",
      firefox:
        "Firefox supports it on Windows from version 141 and on Macs with Apple silicon from 147 (145 with macOS 26). Elsewhere, set dom.webgpu.enabled to true in about:config.",
      chromium:
        "Use Chrome, Edge or another Chromium-based browser, version 127 or later. If a newer one finds no adapter, chrome://gpu says why.",
      chromiumOnLinux:
        "Chrome on Linux supports it from version 144 on newer Intel GPUs and from 147 on NVIDIA GPUs. For others, turn on chrome://flags/#enable-unsafe-webgpu.",
      other:
        "Use Chrome or Edge from version 127, Safari from 26, or Firefox from 141 on Windows and 147 on Macs.",
    } satisfies Record<BrowserKind, string>,
    stillWorks: "You can import and inspect data; training and answers need WebGPU.",
  },
  machine: {
    gpu: (name: string, software: boolean) => {
      const remarks = [
        ...(name ? [] : ["name withheld by this browser"]),
        ...(software ? ["software, slow"] : []),
      ];
      return `${name ? `GPU: ${name}` : "GPU"}${remarks.length > 0 ? ` (${remarks.join("; ")})` : ""}`;
    },
    none: "GPU: none",
    looking: "Checking this machine…",
    f16: (on: boolean) => `f16 ${on ? "yes" : "no"}`,
    subgroups: (on: boolean) => `subgroups ${on ? "yes" : "no"}`,
    limits: (buffer: number, binding: number) =>
      `buffers up to ${format.bytes(buffer)}, bindings up to ${format.bytes(binding)}`,
    storage: (used: number, quota: number) => `${format.bytes(used)} stored of ${format.bytes(quota)}`,
    private: "Everything stays on this machine.",
    licences: "Third-party licences",
  },
  choices: { nothing: "Nothing of that name" },
  dismiss: "Dismiss",
  reloadPage: "Reload the page",
  outdated: {
    title: "A newer version of the studio is open in another tab. Reload this one.",
    what: "Saved data is kept.",
    whileTraining: "The run has been saved and can be resumed after the reload.",
  },
  undo: {
    undo: "Undo",
    dismiss: "Close",
    done: {
      "runs-deleted": (count: number) => `${plural(count, "run", "runs")} deleted.`,
      "run-discarded": (_count: number) => "The interrupted run is discarded.",
      "method-reset": (count: number) => `${plural(count, "option", "options")} reset.`,
      "preset-chosen": (count: number) =>
        `The preset replaced ${plural(count, "changed field", "changed fields")}.`,
    },
  },
  newVersion: {
    title: "A new version of the studio is ready",
    what: "Changing to it reloads the page. Your data and settings are kept.",
    whileTraining: "It waits until the run has ended.",
    takeOver: "Change to it",
  },
  stalled: {
    title: "The studio's worker is not responding",
    what: "It may be busy with a large task and recover. If not, restart it: saved data is kept, and a run continues from its last checkpoint.",
    restart: "Restart it",
    notLoaded: (title: string) => `${title} was not loaded`,
    why: "The studio stopped responding while using this model during your last visit. Everything else works.",
    load: "Load it anyway",
  },
  setAside: {
    title: "Your form entries were set aside",
    what: "The studio did not finish starting with them last time. The fields have their defaults for now.",
    takeUp: "Restore them",
  },
  recovery: {
    title: "The GPU was lost",
    underWay:
      "The GPU is being reopened and the model reloaded. A run then continues from its last checkpoint.",
    done: "The GPU is back and the model is loaded again; interrupted work continued automatically.",
    dismiss: "OK",
  },
  cancel: "Cancel",
  copied: "Copied",
};

/** Progress of a job. */
export const progress = {
  unknown: "Working…",
  bytes: (done: number, total: number | null) =>
    total === null ? format.bytes(done) : `${format.bytes(done)} of ${format.bytes(total)}`,
  bytesPerSecond: (rate: number) => `${format.bytes(rate)}/s`,
  left: (ms: number) => `${format.about(ms)} left`,
};
