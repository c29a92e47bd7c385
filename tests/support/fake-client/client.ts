import { EventHub, type Caller, type Client } from "../../../src/client/client";
import { cancelled, LuthierError } from "../../../src/lib/errors";
import { defined } from "../../../src/lib/invariant";
import type { Problem } from "../../../src/lib/problems/problem";
import type {
  AdapterPlan,
  CommandArgs,
  CommandName,
  CommandResult,
  InterruptedRun,
  Orphan,
} from "../../../src/protocol/commands";
import type { TrainingSpeed } from "../../../src/shared/forecast";
import type { MethodChoice } from "../../../src/shared/methods";
import type { ModelCard, ModelSummary, Quantization } from "../../../src/shared/model";
import { isTargeted, readTargets } from "../../../src/shared/targets";
import { type JobContext, JobOwner } from "../../../src/worker/jobs/owner";
import type { Handlers } from "../../../src/worker/serve";
import { fakeCards, fakeForecast, fakeInterruptedRun, fakeModel } from "./data";
import { fakeHub } from "./hub";
import { FakeLibrary } from "./library";
import { FakeAnswers, LOST } from "./answers";
import { FakeDatasets } from "./datasets";
import { pause } from "./pace";
import { FakeRun } from "./run";
import { fakeRateSearch, FakeRuns } from "./runs";

/** Behaviour of the fake client. */
export interface FakeOptions {
  /** False simulates a browser without WebGPU. */
  readonly gpu?: boolean;
  /** Milliseconds per training step and per generated word. */
  readonly paceMs?: number;
  /** Whether a run reports many steps at a time, so that a long one ends soon. */
  readonly reportsFew?: boolean;
  /** Adapters that the library has from the start. */
  readonly adapters?: number;
  /** Number of rows that the dataset claims to have. */
  readonly rows?: number;
  /** True simulates a run interrupted by a reload. */
  readonly interrupted?: boolean;
  /** Runs of earlier visits. */
  readonly runs?: number;
  /** Orphaned items in storage. */
  readonly orphans?: readonly Orphan[];
  /** Models on offer. */
  readonly models?: readonly ModelCard[];
  /** Why every run fails after some steps. */
  readonly failure?: Problem | null;
}

/**
 * An in-memory client without a worker, with made-up figures. Job exclusion follows the worker's own rules. For page
 * tests only.
 */
export class FakeClient implements Client {
  private readonly events = new EventHub();
  private readonly owner = new JobOwner((name, payload) => this.events.emit(name, payload));
  private cards: readonly ModelCard[];
  private model: ModelSummary | null = null;
  private calls = 0;
  private readonly gpu: boolean;
  private readonly paceMs: number;
  private readonly library = new FakeLibrary(
    this.events,
    () => this.isFull,
    this.owner,
    () => this.paceMs,
    () => this.model?.quantised ?? null,
  );
  private readonly training: FakeRun;
  private readonly datasets: FakeDatasets;
  private readonly answers: FakeAnswers;
  private interrupted: InterruptedRun | null;
  private readonly runs: FakeRuns;
  private readonly adapterCount: number;
  private losses = 0;
  private orphans: readonly Orphan[];
  private lastModel: string | null = null;
  /** Whether storage is full for further adapters. */
  isFull = false;

  constructor(options: FakeOptions = {}) {
    this.gpu = options.gpu ?? true;
    this.paceMs = options.paceMs ?? 30;
    this.orphans = options.orphans ?? [];
    this.cards = options.models ?? fakeCards;
    this.training = new FakeRun({
      events: this.events,
      library: this.library,
      paceMs: this.paceMs,
      reportsFew: options.reportsFew ?? false,
      failure: options.failure ?? null,
    });
    this.interrupted = options.interrupted ? fakeInterruptedRun : null;
    this.runs = new FakeRuns(options.runs ?? 0);
    this.datasets = new FakeDatasets(this.owner, this.paceMs, options.rows ?? 0);
    this.answers = new FakeAnswers({
      events: this.events,
      owner: this.owner,
      library: this.library,
      paceMs: this.paceMs,
      rows: (id) => this.datasets.rows(id),
      isFull: () => this.isFull,
      losses: () => this.losses,
    });
    this.handlers = this.makeHandlers();
    this.adapterCount = options.adapters ?? 0;
  }

  readonly on = this.events.on.bind(this.events);

  call<Name extends CommandName>(command: Name, ...args: CommandArgs<Name>): Promise<CommandResult<Name>> {
    return this.withSignal(new AbortController().signal).call(command, ...args);
  }

  withSignal(signal: AbortSignal): Caller {
    return {
      call: async (command, ...args) => {
        const id = ++this.calls;
        await pause(1);
        return this.handlers[command](...args, { id, signal });
      },
    };
  }

  /** Ids of lost runs that new ones replaced, in the order of the new ones; null where it replaced none. */
  readonly begunAgain: (string | null)[] = [];

  /** Loses the GPU with the model. @param isKept whether a current run had been saved */
  loseGpu(isKept = true): void {
    const lost = new LuthierError(LOST);
    this.losses++;
    const kept = this.training.lose(lost);
    if (kept && isKept) this.interrupted = { ...fakeInterruptedRun, ...kept };
    this.model = null;
    this.events.emit("model", null);
    this.events.emit("fault", lost.toData());
  }

  private readonly handlers: Handlers;

  private readonly makeHandlers = (): Handlers => ({
    ...this.runs.handlers,
    ...this.hub(),
    ...this.library.handlers,
    ...this.datasets.handlers,
    ...this.answers.handlers,
    environment: () => ({
      gpu: this.gpu
        ? {
            name: "Example GPU",
            software: false,
            features: ["shader-f16"],
            maxBufferBytes: 2 ** 31,
            maxBindingBytes: 2 ** 27,
          }
        : null,
      gpuProblem: this.gpu ? null : { code: "gpu/no-adapter" },
      storage: { usedBytes: 12_400_000, quotaBytes: 4_200_000_000 },
    }),
    listModels: () => this.cards,
    deleteModel: ({ id }, call) =>
      this.owner.run({ kind: "delete-model", run: async () => this.deleteModel(id) }, call),
    loadModel: ({ id, quantization }, call) =>
      this.owner.run(
        {
          kind: "load-model",
          subject: id,
          run: (context) => this.load(this.card(id), quantization, context),
        },
        call,
      ),
    loadModelFiles: ({ files, quantization }, call) =>
      this.owner.run(
        { kind: "load-model", run: (context) => this.loadFiles(files, quantization, context) },
        call,
      ),

    listOrphans: () => this.orphans,
    deleteOrphan: ({ id }, call) =>
      this.owner.run(
        {
          kind: "edit-library",
          run: async () => void (this.orphans = this.orphans.filter((orphan) => orphan.id !== id)),
        },
        call,
      ),

    planAdapter: ({ method }) => this.plan(method),
    forecastTraining: ({ config, budgetBytes }) => fakeForecast(config, budgetBytes),
    measureTraining: (_config, call) => this.owner.run({ kind: "measure", run: () => this.measure() }, call),
    findLearningRate: (_config, call) =>
      this.owner.run(
        { kind: "measure", subject: "learning-rate", run: () => Promise.resolve(fakeRateSearch()) },
        call,
      ),
    train: ({ config: { method, training }, again = null }, call) => {
      this.begunAgain.push(again);
      const asked = { id: method.id, highestRate: training.learningRate };
      return this.owner.run(this.training.job({ ...asked, totalSteps: training.maxSteps || 60 }), call);
    },
    interruptedRuns: () => (this.interrupted ? [this.interrupted] : []),
    resumeRun: (_args, call) => {
      const { step: firstStep, totalSteps } = defined(this.interrupted, "the run");
      this.interrupted = null;
      const asked = { id: "lora", highestRate: 2e-4, totalSteps, firstStep } as const;
      return this.owner.run(this.training.job(asked), call);
    },
    discardRun: () => void (this.interrupted = null),
    pause: () => this.training.pause(),
    resume: () => this.training.resume(),
  });

  private async measure(): Promise<TrainingSpeed> {
    await pause(this.paceMs * 5);
    return { flopsPerSecond: 2e11, tokensPerSecond: 1234.5, steps: 4 };
  }

  private card(id: string): ModelCard {
    return defined(
      this.cards.find((card) => card.id === id),
      "the model",
    );
  }

  private deleteModel(id: string): void {
    this.cards = this.cards.filter((card) => card.id !== id);
    if (this.model?.id === id) this.use(null);
  }

  private hub(): ReturnType<typeof fakeHub> {
    return fakeHub(
      this.owner,
      () => this.paceMs,
      (card) => {
        this.cards = [...this.cards.filter(({ id }) => id !== card.id), card];
      },
    );
  }

  private async loadFiles(
    files: readonly File[],
    quantization: Quantization | null,
    context: JobContext,
  ): Promise<ModelSummary> {
    if (!files.some((file) => file.name === "config.json")) {
      throw new LuthierError({ code: "model/no-config" });
    }
    return this.load(defined(fakeCards[1], "the kept model"), quantization, context);
  }

  private async load(
    card: ModelCard,
    quantization: Quantization | null,
    { signal, report }: JobContext,
  ): Promise<ModelSummary> {
    for (const part of [0.2, 0.5, 0.8]) {
      const total = card.sizeBytes;
      report({ done: total * part, total, what: `Loading ${card.title}` });
      await pause(this.paceMs * 4);
      if (signal.aborted) throw cancelled();
    }
    const model = fakeModel(card);
    const loaded: ModelSummary = quantization
      ? { ...model, quantised: "loaded", precision: precisionOf(quantization) }
      : model;
    this.use(loaded);
    return loaded;
  }

  private use(model: ModelSummary | null): void {
    if (model?.id !== this.lastModel) {
      this.library.clear();
      for (let index = 1; index <= this.adapterCount; index++) {
        this.library.add(`Adapter ${index}`, { id: "lora", options: {} }, "trained", 30, 1.5);
      }
    }
    this.model = model;
    this.lastModel = model?.id ?? null;
    this.events.emit("model", model && { summary: model, adapters: this.library.all });
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
    const problems: Record<string, Problem> = {};
    if (modules.length === 0) {
      const names = model.modules.map(({ path }) => path.slice(path.lastIndexOf(".") + 1));
      const facts = { targets: text, layers: null, modules: [...new Set(names)] };
      problems.target_modules = { code: "config/no-target", ...facts };
    }
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

/** The worker's label for the precision of quantised layers. */
function precisionOf({ blockSize, doubleQuantization }: Quantization): string[] {
  return ["f16", `nf4${blockSize === 256 ? "_256" : ""}${doubleQuantization ? "_double" : ""}`];
}
