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
import type { DatasetSummary } from "../../../src/shared/data";
import type { TrainingSpeed } from "../../../src/shared/forecast";
import type { FinishReason } from "../../../src/shared/generation";
import type { MethodChoice } from "../../../src/shared/methods";
import { rowsAsFile } from "../../../src/data/write/export-rows";
import type { ModelCard, ModelSummary, Quantization } from "../../../src/shared/model";
import type { Rating } from "../../../src/shared/ratings";
import { alpacaRow, type AlpacaRow as Row, questionOf } from "../../../src/shared/rows";
import { isTargeted, readTargets } from "../../../src/shared/targets";
import type { Evaluation, FileAnswers } from "../../../src/shared/scores";
import { StopSequences } from "../../../src/tokenizer/stop-sequences";
import { type JobContext, JobOwner } from "../../../src/worker/jobs/owner";
import type { Handlers } from "../../../src/worker/serve";
import {
  fakeCards,
  fakeForecast,
  fakeInterruptedRun,
  fakeLengths,
  fakeModel,
  fakeOdds,
  fakeRows,
  fakeSamples,
  fakeTokens,
} from "./data";
import { fakeHub } from "./hub";
import { FakeLibrary } from "./library";
import { pause } from "./pace";
import { fakeEvaluation } from "./scores";
import { FakeRun } from "./run";
import { fakeRateSearch, FakeRuns } from "./runs";

const LOST = { code: "device-lost/gpu", reason: "unknown", message: "" } as const;

/** Behaviour of the fake client. */
export interface FakeOptions {
  /** False simulates a browser without WebGPU. */
  readonly gpu?: boolean;
  /** Milliseconds per training step and per generated word. */
  readonly paceMs?: number;
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
  private readonly data = new Map<string, { summary: DatasetSummary; rows: Row[] }>();
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
  private interrupted: InterruptedRun | null;
  private readonly runs: FakeRuns;
  private readonly adapterCount: number;
  /** Number of rows that every dataset claims to have; 0 for the actual number. */
  private readonly rowCount: number;
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
    this.training = new FakeRun(this.events, this.library, () => this.paceMs, options.failure ?? null);
    this.interrupted = options.interrupted ? fakeInterruptedRun : null;
    this.runs = new FakeRuns(options.runs ?? 0);
    this.handlers = this.makeHandlers();
    this.rowCount = options.rows ?? 0;
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

  private answersPaused = false;

  private readonly ratings = new Map<string, Rating>();

  /** The latest scores by adapter. */
  private readonly evaluations = new Map<string | null, Evaluation>();

  private readonly handlers: Handlers;

  private readonly makeHandlers = (): Handlers => ({
    ...this.runs.handlers,
    ...this.hub(),
    ...this.library.handlers,
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
    listDatasets: () => [...this.data.values()].map(({ summary }) => summary),
    listSamples: () => fakeSamples,
    importDataset: ({ files, name }, call) =>
      this.owner.run(
        { kind: "import-dataset", run: (context) => this.import(defined(files[0], "a file"), name, context) },
        call,
      ),
    importSample: ({ name }, call) =>
      this.owner.run(
        { kind: "import-dataset", run: async () => this.keep(name, fakeRows(240), 38_000) },
        call,
      ),
    deleteDataset: ({ id }, call) =>
      this.owner.run({ kind: "delete-dataset", run: async () => void this.data.delete(id) }, call),
    findRows: ({ id, offset, count }) => {
      const rows = this.rows(id);
      const listed = rows.map((row, number) => {
        return { number, row: alpacaRow(row), leftOut: false, changed: false };
      });
      return { total: this.rowCount || rows.length, rows: listed.slice(offset, offset + count) };
    },
    editRows: ({ id }) => defined(this.data.get(id), "the dataset").summary,
    countDuplicates: () => 0,
    exportRows: () => new Blob([]),
    heldOutRows: ({ id, count }) => (this.data.get(id)?.rows ?? []).slice(-count).map(alpacaRow),
    tokenView: ({ datasetId, row, maxLength }) =>
      fakeTokens(defined(this.rows(datasetId)[row], "the row"), maxLength),
    templateFacts: ({ templateSource = "{{ messages }}" }) => ({
      source: templateSource,
      missing: [],
      replaced: null,
    }),
    lengthStats: ({ datasetId, maxLength }) => fakeLengths(this.rows(datasetId), maxLength),

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

    evaluate: (args, call) =>
      this.owner.run({ kind: "evaluate", run: (context) => this.evaluate(args, context) }, call),
    answerFiles: (args, call) =>
      this.owner.run({ kind: "answer-files", run: (context) => this.answerFiles(args, context) }, call),
    pauseAnswers: () => void (this.answersPaused = true),
    resumeAnswers: () => void (this.answersPaused = false),
    keptEvaluation: ({ adapterId }) => this.evaluations.get(adapterId) ?? null,
    mergedBytes: () => 4_100_000,
    keepMerged: () => undefined,
    generate: (args, call) =>
      this.owner.run({ kind: "answer", run: ({ signal }) => this.answer(args, signal) }, call),
    listRatings: () => [...this.ratings.values()],
    saveRating: ({ rating }) => {
      if (this.isFull) throw new LuthierError({ code: "storage/full", task: "rating-keep" });
      this.ratings.set(rating.id, rating);
    },
    deleteRating: ({ id }) => void this.ratings.delete(id),
    clearRatings: () => this.ratings.clear(),
    rowsAsFile: ({ rows }) => rowsAsFile(rows),
    answerOdds: ({ answers }, call) =>
      this.owner.run({ kind: "answer", run: () => Promise.resolve(answers.map(fakeOdds)) }, call),
    questionTokens: ({ questions }) =>
      questions.map(({ row, messages }) => {
        const question = (row && questionOf(row)?.text) ?? messages.at(-1)?.content ?? "";
        return fakeTokens({ instruction: question, input: "", output: "" }, 64).tokens;
      }),
  });

  private async answerFiles(
    { files }: CommandArgs<"answerFiles">[0],
    { signal, report }: JobContext,
  ): Promise<FileAnswers> {
    this.answersPaused = false;
    const prompts = (await defined(files[0], "a file").text()).split("\n").filter(Boolean);
    const rows: FileAnswers["rows"][number][] = [];
    for (const question of prompts) {
      do await pause(this.paceMs * 5);
      while (this.answersPaused && !signal.aborted);
      if (signal.aborted) break;
      rows.push({ question, expected: "", answer: `Arr! ${question}`, finish: "end-token" });
      report({ done: rows.length, total: prompts.length, what: "" });
    }
    return { rows, prompts: prompts.length, leftOut: 0 };
  }

  private async evaluate(args: CommandArgs<"evaluate">[0], context: JobContext): Promise<Evaluation> {
    const made = await fakeEvaluation(args, this.rows(args.encoding.datasetId), context, this.paceMs);
    this.evaluations.set(made.sides.at(-1)?.adapterId ?? null, made);
    return made;
  }

  private async answer(
    { requestId, questions, ends: { stop } }: CommandArgs<"generate">[0],
    signal: AbortSignal,
  ): Promise<void> {
    for (const { column, adapterId, row, messages } of questions) {
      const question = messages.at(-1)?.content ?? (row && questionOf(row)?.text) ?? "";
      const base = `A short answer to “${question}” in plain words, as the base model gives it.`;
      const adapter = this.library.find(adapterId);
      if (adapterId !== null && !adapter) throw new LuthierError({ code: "adapter/not-kept" });
      const words = (adapter ? `Arr! ${base} So says ${adapter.name}, matey!` : base).split(" ");
      let text = "";
      const tell = (finish: FinishReason | null): void =>
        this.events.emit("answer", {
          ...{ requestId, column, text, tokensPerSecond: 24.5, finish },
          ids: finish === null ? [] : text.split(" ").map((_, index) => index),
        });
      const { losses } = this;
      const stops = new StopSequences(stop);
      for (const [index, word] of words.entries()) {
        if (losses !== this.losses) throw new LuthierError(LOST);
        if (signal.aborted) {
          tell("stopped");
          return;
        }
        text += stops.push(index === 0 ? word : ` ${word}`);
        if (stops.found) break;
        tell(null);
        await pause(this.paceMs);
      }
      text += stops.flush();
      tell(stops.found ? "stop-sequence" : "end-token");
    }
  }

  private async measure(): Promise<TrainingSpeed> {
    await pause(this.paceMs * 5);
    return { flopsPerSecond: 2e11, tokensPerSecond: 1234.5, steps: 4 };
  }

  private async import(file: File, name: string, { signal, report }: JobContext): Promise<DatasetSummary> {
    const total = file.size;
    for (const part of [0.3, 0.7, 1]) {
      report({ done: total * part, total, what: `Reading ${file.name}` });
      await pause(this.paceMs);
      if (signal.aborted) throw cancelled();
    }
    return this.keep(name, parseRows(name, await file.text()), total);
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

  private rows(id: string): Row[] {
    return defined(this.data.get(id), "the dataset").rows;
  }

  private keep(name: string, rows: Row[], sizeBytes: number): DatasetSummary {
    const id = crypto.randomUUID();
    const summary: DatasetSummary = {
      id,
      name,
      rows: this.rowCount || rows.length,
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

function parseRows(name: string, text: string): Row[] {
  try {
    const rows: unknown = JSON.parse(text);
    if (Array.isArray(rows)) return rows.filter((row): row is Row => typeof row?.output === "string");
  } catch {
    // Reported below, like a file that is not a list.
  }
  throw new LuthierError({ code: "data/no-rows", name });
}

/** The worker's label for the precision of quantised layers. */
function precisionOf({ blockSize, doubleQuantization }: Quantization): string[] {
  return ["f16", `nf4${blockSize === 256 ? "_256" : ""}${doubleQuantization ? "_double" : ""}`];
}
