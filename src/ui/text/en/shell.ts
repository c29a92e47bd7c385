import type { Progress } from "../../../protocol/events";
import type { BrowserKind } from "../../lib/browser-kind";
import { format } from "./format";
import { plural } from "./words";

/* Texts of the page around the steps, and of progress. */

export const shell = {
  brand: "Luthier",
  /** Which of how many are shown. */
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
  /** Said after the name of a step. */
  spokenState: (state: string) => `, ${state}`,
  stepsLabel: "Steps",
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
    problem: "needs a look",
    noAdapter: "after training",
    ask: "ask a question",
    asked: (count: number) => plural(count, "question asked", "questions asked"),
    size: (bytes: number) => format.bytes(bytes),
  },
  scheme: {
    light: "Colours: light. Change to dark",
    dark: "Colours: dark. Change to those of the system",
    auto: "Colours: as the system. Change to light",
  },
  noGpu: {
    title: "No WebGPU here",
    /** What to do, by the browser. */
    browsers: {
      insecure:
        "Browsers give it to pages that came over https or from localhost, and this one came over http.",
      safari:
        "Safari has it from macOS, iOS, iPadOS and visionOS 26 on; Safari 26 on an older macOS has not. On iPhone and iPad the same holds for the other browsers.",
      firefox:
        "Firefox has it on Windows from version 141 and on Macs with Apple silicon from 147, with macOS 26 from 145. Elsewhere set dom.webgpu.enabled to true in about:config.",
      chromium:
        "Use Chrome, Edge or another browser built on Chromium from version 127 on. Where a newer one finds no adapter, chrome://gpu says why.",
      chromiumOnLinux:
        "Chrome on Linux has it from version 144 for newer GPUs of Intel and from 147 for NVIDIA's. For others turn on chrome://flags/#enable-unsafe-webgpu.",
      other:
        "Use Chrome or Edge from version 127, Safari from 26, or Firefox from 141 on Windows and 147 on Macs.",
    } satisfies Record<BrowserKind, string>,
    stillWorks: "You can import data and look at it; training and answers need WebGPU.",
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
    looking: "Looking at this machine…",
    f16: (on: boolean) => `f16 ${on ? "yes" : "no"}`,
    subgroups: (on: boolean) => `subgroups ${on ? "yes" : "no"}`,
    limits: (buffer: number, binding: number) =>
      `buffers up to ${format.bytes(buffer)}, bindings up to ${format.bytes(binding)}`,
    storage: (used: number, quota: number) => `${format.bytes(used)} stored of ${format.bytes(quota)}`,
    private: "Everything stays on this machine.",
    licences: "Licences of what this page contains",
  },
  choices: { nothing: "Nothing of that name" },
  dismiss: "Dismiss",
  reloadPage: "Reload the page",
  outdated: {
    title: "A newer version of the studio is open in another tab. Reload this one.",
    what: "What is kept stays.",
    whileTraining: "The run has been kept, and can be resumed after the reload.",
  },
  stalled: {
    title: "The part of the studio that computes does not answer",
    what: "It may be busy with something large, and come back. If not, start it anew: what is kept stays, and a run goes on from where it was last kept.",
    restart: "Start it anew",
    notLoaded: (title: string) => `${title} was not loaded`,
    why: "The studio stopped answering over this model in the last visit. Everything else can be used.",
    load: "Load it all the same",
  },
  setAside: {
    title: "What you had typed was set aside",
    what: "The last start did not come to rest with it. The fields have their defaults for now.",
    takeUp: "Take it up again",
  },
  recovery: {
    title: "The GPU was lost",
    underWay:
      "It is being opened again, and the model with it. A run then goes on from where it was last kept.",
    done: "It is back, and the model is loaded again; what was under way went on by itself.",
    dismiss: "Good",
  },
  cancel: "Cancel",
  copied: "Copied",
};

/** What work is counted in. */
const units: Readonly<Record<Progress["unit"], string>> = {
  bytes: "bytes",
  rows: "rows",
  tensors: "tensors",
};

export const progress = {
  unknown: "Working…",
  bytes: (done: number, total: number | null) =>
    total === null ? format.bytes(done) : `${format.bytes(done)} of ${format.bytes(total)}`,
  count: (done: number, total: number | null, unit: Progress["unit"]) =>
    total === null
      ? `${format.integer(done)} ${units[unit]}`
      : `${format.integer(done)} of ${format.integer(total)} ${units[unit]}`,
  bytesPerSecond: (rate: number) => `${format.bytes(rate)}/s`,
  perSecond: (rate: number, unit: Progress["unit"]) => `${format.rate(rate)} ${units[unit]}/s`,
  left: (ms: number) => `${format.about(ms)} left`,
};
