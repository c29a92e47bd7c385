import { formatBytes, formatInteger, formatLoss, formatRate } from "../../lib/format";
import { plural, about } from "./words";

/* Texts of the page around the steps, and of progress. */

export const shell = {
  brand: "Luthier",
  steps: {
    data: "Data",
    model: "Model",
    method: "Method",
    train: "Train",
    compare: "Compare",
    export: "Export",
  },
  stepStates: { empty: "empty", ready: "ready", busy: "busy", done: "done", problem: "problem" },
  stepsLabel: "Steps",
  skip: "Skip to the first step",
  skipToRun: "Skip to the run",
  detail: {
    importing: "importing…",
    loading: "loading…",
    noData: "choose a dataset",
    noModel: "choose a model",
    notTrained: "not trained yet",
    step: (step: number, total: number) => `step ${step} of ${total}`,
    loss: (loss: number) => `loss ${formatLoss(loss)}`,
    problem: "needs a look",
    noAdapter: "after training",
    ask: "ask a question",
    asked: (count: number) => plural(count, "question asked", "questions asked"),
    size: (bytes: number) => formatBytes(bytes),
  },
  scheme: {
    light: "Colours: light. Change to dark",
    dark: "Colours: dark. Change to those of the system",
    auto: "Colours: as the system. Change to light",
  },
  noGpu: {
    title: "No WebGPU here",
    browsers:
      "Chrome and Edge 113 or newer have it, Safari from version 26, and Firefox 141 or newer on Windows. In Chrome on Linux turn on chrome://flags/#enable-unsafe-webgpu.",
    stillWorks: "You can import data and look at it; training and answers need WebGPU.",
  },
  machine: {
    adapter: (name: string, software: boolean) => {
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
      `buffers up to ${formatBytes(buffer)}, bindings up to ${formatBytes(binding)}`,
    storage: (used: number, quota: number) => `${formatBytes(used)} stored of ${formatBytes(quota)}`,
    private: "Everything stays on this machine.",
  },
  dismiss: "Dismiss",
  reloadModel: "Load the model again",
  cancel: "Cancel",
  copied: "Copied",
};

export const progress = {
  unknown: "Working…",
  bytes: (done: number, total: number | null) =>
    total === null ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`,
  count: (done: number, total: number | null, unit: string) =>
    total === null
      ? `${formatInteger(done)} ${unit}`
      : `${formatInteger(done)} of ${formatInteger(total)} ${unit}`,
  bytesPerSecond: (rate: number) => `${formatBytes(rate)}/s`,
  perSecond: (rate: number, unit: string) => `${formatRate(rate)} ${unit}/s`,
  left: (ms: number) => `${about(ms)} left`,
};
