import { LuthierError } from "../lib/errors";
import { defined } from "../lib/invariant";
import type { AdapterPlan, Commands, CommandName, InterruptedRun } from "../protocol/commands";
import type { DatasetSummary, Row } from "../spec/data";
import type { MethodChoice } from "../spec/methods";
import type { ModelCard, ModelSummary, Quantization } from "../spec/model";
import { isTargeted, readTargets } from "../spec/targets";
import { EventHub, type Client } from "./client";
import {
  fakeCards,
  fakeForecast,
  fakeInterruptedRun,
  fakeLengths,
  fakeModel,
  fakeRows,
  fakeSamples,
  fakeTokens,
} from "./fake-data";
import { fakeHub } from "./fake-hub";
import { FakeLibrary } from "./fake-library";
import { pause } from "./fake-pace";
import { FakeRun } from "./fake-run";

/** How the fake behaves. */
export interface FakeOptions {
  /** False pretends a browser without WebGPU. */
  readonly gpu?: boolean;
  /** Milliseconds of a training step, and of a word of an answer. */
  readonly paceMs?: number;
  /** True pretends that a reload cut off a run. */
  readonly interrupted?: boolean;
}

type Handlers = {
  [Name in CommandName]: (...args: Parameters<Commands[Name]>) => Promise<ReturnType<Commands[Name]>>;
};

/** A client without a worker: keeps everything in memory and makes its figures up. For tests of the page alone. */
export class FakeClient implements Client {
  private readonly events = new EventHub();
  private readonly data = new Map<string, { summary: DatasetSummary; rows: Row[] }>();
  private cards: readonly ModelCard[] = fakeCards;
  private model: ModelSummary | null = null;
  private answering = false;
  private readonly gpu: boolean;
  private readonly paceMs: number;
  private readonly library = new FakeLibrary(this.events, () => this.paceMs);
  private readonly training = new FakeRun(this.events, this.library, () => this.paceMs);
  private interrupted: InterruptedRun | null;

  constructor(options: FakeOptions = {}) {
    this.gpu = options.gpu ?? true;
    this.paceMs = options.paceMs ?? 30;
    this.interrupted = options.interrupted ? fakeInterruptedRun : null;
  }

  readonly on = this.events.on.bind(this.events);

  async call<Name extends CommandName>(
    command: Name,
    ...args: Parameters<Commands[Name]>
  ): Promise<ReturnType<Commands[Name]>> {
    await pause(1);
    return this.handlers[command](...args);
  }

  private readonly handlers: Handlers = {
    ...this.hub(),
    ...this.library.handlers,
    environment: async () => ({
      adapter: this.gpu
        ? {
            name: "Example GPU",
            software: false,
            features: ["shader-f16"],
            maxBufferBytes: 2 ** 31,
            maxBindingBytes: 2 ** 27,
          }
        : null,
      gpuProblem: this.gpu
        ? null
        : {
            code: "plain",
            kind: "gpu",
            what: "This browser has no WebGPU.",
            advice: "Use one of those below.",
          },
      storage: { usedBytes: 12_400_000, quotaBytes: 4_200_000_000 },
    }),
    listDatasets: async () => [...this.data.values()].map(({ summary }) => summary),
    listSamples: async () => fakeSamples,
    importDataset: async ({ file }) => {
      const total = file.size;
      for (const part of [0.3, 0.7, 1]) {
        this.events.emit("importProgress", {
          done: total * part,
          total,
          unit: "bytes",
          what: `Reading ${file.name}`,
        });
        await pause(this.paceMs);
      }
      return this.keep(file.name, parseRows(await file.text()), total);
    },
    importSample: async ({ id }) => {
      const sample = defined(
        fakeSamples.find((known) => known.id === id),
        "the sample",
      );
      return this.keep(sample.title, fakeRows(240), 38_000);
    },
    cancelImport: async () => undefined,
    deleteDataset: async ({ id }) => void this.data.delete(id),
    datasetRows: async ({ id, offset, count }) => this.rows(id).slice(offset, offset + count),
    heldOutRows: async ({ id, count }) => this.rows(id).slice(-count),
    tokenView: async ({ datasetId, row, maxLength }) =>
      fakeTokens(defined(this.rows(datasetId)[row], "the row"), maxLength),
    lengthStats: async ({ datasetId, maxLength }) => fakeLengths(this.rows(datasetId), maxLength),

    listModels: async () => this.cards,
    deleteModel: async ({ id }) => {
      this.cards = this.cards.filter((card) => card.id !== id);
    },
    loadModel: async ({ id, quantization }) =>
      this.load(
        defined(
          this.cards.find((card) => card.id === id),
          "the model",
        ),
        quantization,
      ),
    loadModelFiles: async ({ files, quantization }) => {
      if (!files.some((file) => file.name === "config.json")) {
        throw new LuthierError(
          "model",
          "config.json is missing.",
          "Choose every file of the model's folder.",
        );
      }
      return this.load(defined(fakeCards[1], "the kept model"), quantization);
    },
    cancelModel: async () => undefined,

    planAdapter: async ({ method }) => this.plan(method),
    forecastTraining: async ({ config, budgetBytes }) => fakeForecast(config, budgetBytes),
    measureTraining: async () => ({ flopsPerSecond: 2e11, tokensPerSecond: 1234.5, steps: 4 }),
    train: ({ method, training }) =>
      this.training.train(method.id, training.learningRate, training.maxSteps || 60),
    interruptedRun: async () => this.interrupted,
    resumeRun: async () => {
      const { step, totalSteps } = defined(this.interrupted, "the run");
      this.interrupted = null;
      return this.training.train("lora", 2e-4, totalSteps, step);
    },
    discardRun: async () => void (this.interrupted = null),
    pause: async () => this.training.pause(),
    resume: async () => this.training.resume(),
    stop: async () => this.training.stop(),

    mergedBytes: async () => 4_100_000,
    keepMerged: async () => undefined,
    generate: async ({ requestId, side, adapterId, messages }) => {
      this.answering = true;
      const question = messages.at(-1)?.content ?? "";
      const base = `A short answer to “${question}” in plain words, as the base model gives it.`;
      const adapter = this.library.find(adapterId);
      const words = (adapter ? `Arr! ${base} So says ${adapter.name}, matey!` : base).split(" ");
      let text = "";
      for (const [index, word] of words.entries()) {
        if (!this.answering) return { text, tokens: index, tokensPerSecond: 24.5, finish: "stopped" };
        text += index === 0 ? word : ` ${word}`;
        this.events.emit("answer", { requestId, side, text, tokensPerSecond: 24.5 });
        await pause(this.paceMs);
      }
      return { text, tokens: words.length, tokensPerSecond: 24.5, finish: "end-token" };
    },
    stopGeneration: async () => void (this.answering = false),
  };

  private hub(): ReturnType<typeof fakeHub> {
    return fakeHub(
      this.events,
      () => this.paceMs,
      (card) => {
        this.cards = [...this.cards.filter(({ id }) => id !== card.id), card];
      },
    );
  }

  private rows(id: string): Row[] {
    return defined(this.data.get(id), "the dataset").rows;
  }

  private keep(name: string, rows: Row[], sizeBytes: number): DatasetSummary {
    const id = crypto.randomUUID();
    const summary: DatasetSummary = {
      id,
      name,
      rows: rows.length,
      sizeBytes,
      importedAt: Date.now(),
      problems: name.endsWith(".json")
        ? [{ row: 2, reason: { kind: "not-text", field: "output", found: "number" } }]
        : [],
      problemCount: name.endsWith(".json") ? 1 : 0,
      duplicates: 0,
      ignoredFields: [],
      brokenAt: null,
    };
    this.data.set(id, { summary, rows });
    return summary;
  }

  private async load(
    card: (typeof fakeCards)[number],
    quantization: Quantization | null,
  ): Promise<ModelSummary> {
    for (const part of [0.2, 0.5, 0.8]) {
      const total = card.sizeBytes;
      this.events.emit("modelProgress", {
        done: total * part,
        total,
        unit: "bytes",
        what: `Loading ${card.title}`,
      });
      await pause(this.paceMs * 4);
    }
    this.library.clear();
    const model = fakeModel(card);
    this.model = quantization
      ? { ...model, quantised: "loaded", precision: precisionOf(quantization) }
      : model;
    return this.model;
  }

  private plan(method: MethodChoice): AdapterPlan {
    const model = defined(this.model, "the model");
    const rank = Number(method.options.r ?? method.options.num_virtual_tokens ?? 1);
    const text = String(method.options.target_modules ?? "");
    const targets = readTargets(text) ?? ["q_proj", "v_proj"];
    const modules = model.modules
      .filter(({ path }) => isTargeted({ targets }, path))
      .map(({ path, inFeatures, outFeatures }) => ({ path, parameters: rank * (inFeatures + outFeatures) }));
    const trainableParameters = modules.reduce((sum, module) => sum + module.parameters, 0);
    const problems: Record<string, string> = {};
    if (modules.length === 0) problems.target_modules = `No layer of this model is named ${text}.`;
    return {
      trainableParameters,
      totalParameters: model.parameters,
      sizeBytes: trainableParameters * 4,
      trainingBytes: trainableParameters * 16,
      reader: "peft",
      modules,
      targets: modules.map(({ path }) => path),
      problems,
    };
  }
}

function parseRows(text: string): Row[] {
  try {
    const rows: unknown = JSON.parse(text);
    if (Array.isArray(rows)) return rows.filter((row): row is Row => typeof row?.output === "string");
  } catch {
    // Told below, as a file that is no list would be.
  }
  throw new LuthierError("data", "This is not a JSON list of rows.", "Check the first lines of the file.");
}

/** What the worker calls the layers of a model that it quantised. */
function precisionOf({ blockSize, doubleQuantization }: Quantization): string {
  return `f16 and nf4${blockSize === 256 ? "_256" : ""}${doubleQuantization ? "_double" : ""}`;
}
