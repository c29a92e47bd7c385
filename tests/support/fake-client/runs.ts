import { LuthierError } from "../../../src/lib/errors";
import { type RateSearch, SEARCH_STEPS, searchRate, suggestRate } from "../../../src/shared/rate-search";
import type { ListedRun, RunState } from "../../../src/shared/run-record";
import type { TrainingOptions } from "../../../src/shared/training";
import type { Handlers } from "../../../src/worker/serve";

type Names = "listRuns" | "readRun" | "exportRun" | "editRun" | "tidyRuns";

const STATES: readonly RunState[] = ["done", "stopped", "interrupted", "failed"];

/** Made-up runs that differ in learning rate and outcome. */
export class FakeRuns {
  private runs: ListedRun[];

  constructor(count: number) {
    this.runs = Array.from({ length: count }, (_, index) => fakeListedRun(index + 1)).reverse();
  }

  readonly handlers: Pick<Handlers, Names> = {
    listRuns: () => this.runs.filter(({ deletedAt }) => deletedAt === null),
    readRun: ({ id }) => {
      const summary = this.runs.find((run) => run.id === id);
      if (!summary) throw new LuthierError({ code: "config/no-such-run" });
      return { summary, details: fakeDetails(summary) };
    },
    exportRun: ({ id }) => ({ name: `${id}.json`, file: new Blob(["{}"]) }),
    editRun: ({ id, change }) => {
      this.runs = this.runs.map((run) => (run.id === id ? { ...run, ...change } : run));
    },
    tidyRuns: () => {
      this.runs = this.runs.filter(({ deletedAt }) => deletedAt === null);
    },
  };
}

function fakeDetails({ steps, config: { training } }: ListedRun) {
  const lossAt = (step: number): number =>
    0.4 + 3.1 * Math.exp((-step * training.learningRate) / 4e-3) + 0.1 * Math.sin(step * 1.7);
  return {
    steps: Array.from({ length: steps }, (_, index) => ({
      step: index + 1,
      epoch: (index + 1) / 20,
      loss: lossAt(index + 1),
      learningRate: training.learningRate * (1 - index / (steps + 1)),
      gradNorm: 0.6 + 2 * Math.exp(-index / 9),
      supervisedTokens: 300,
      tokens: 500,
      activeMs: (index + 1) * 400,
    })),
    validation: Array.from({ length: Math.floor(steps / 10) }, (_, index) => ({
      step: (index + 1) * 10,
      loss: lossAt((index + 1) * 10) + 0.06,
    })),
    samples: [],
    log: [],
  };
}

function fakeListedRun(number: number): ListedRun {
  const state = STATES[(number - 1) % STATES.length] ?? "done";
  const steps = state === "done" ? 60 : 40;
  const training = { ...fakeTraining, learningRate: 1e-4 * number };
  return {
    id: `run-${number}`,
    number,
    name: "LoRA, Talk like a pirate",
    note: number === 1 ? "first try" : "",
    starred: number === 1,
    deletedAt: null,
    state,
    config: {
      datasetId: "pirate",
      modelId: "spruce",
      templateId: "chat",
      method: { id: "lora", options: { r: 8 } },
      training,
      continueFrom: null,
    },
    model: { id: "spruce", title: "Spruce", precision: ["f16"] },
    data: { id: "pirate", name: "Talk like a pirate", rows: 240, importedAt: 1 },
    environment: { gpu: "Example GPU", software: false, browser: "Example" },
    startedAt: Date.UTC(2026, 10, 20 + number, 8, 30),
    savedAt: Date.UTC(2026, 10, 20 + number, 8, 31),
    elapsedMs: 24_000,
    steps,
    totalSteps: 60,
    tokens: steps * 500,
    finalLoss: state === "failed" ? null : 0.5 + number / 10,
    validationLoss: 0.6 + number / 10,
    validationStep: steps,
    best: { step: steps, loss: 0.6 + number / 10 },
    problem: null,
    adapterIds: [],
    resumable: state === "interrupted",
    sizeBytes: 42_000,
  };
}

const fakeTraining: TrainingOptions = {
  epochs: 3,
  maxSteps: 60,
  batchSize: 8,
  gradientAccumulation: 1,
  learningRate: 2e-4,
  weightDecay: 0,
  warmupSteps: 5,
  schedule: "cosine",
  maxGradNorm: 1,
  maxLength: 256,
  learnFrom: "every",
  thoughts: "template",
  validationSplit: 0.1,
  evalSteps: 0,
  loadBestModelAtEnd: false,
  earlyStoppingPatience: 0,
  keepCheckpoints: 0,
  sampleEvery: 0,
  seed: 42,
  packing: false,
  gradientCheckpointing: false,
  mixShare: 0,
  baseModelDropout: true,
  continueAdapter: false,
};

/** A loss that falls, then rises again. */
export function fakeRateSearch(): RateSearch {
  const points = Array.from({ length: SEARCH_STEPS }, (_, step) => {
    const rate = searchRate(step, 1e-6, 1e-1);
    return { rate, loss: 1 + 2.5 / (1 + rate / 3e-4) + 40 * rate };
  });
  return { points, suggestion: suggestRate(points) };
}
