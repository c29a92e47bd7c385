import * as v from "valibot";
import type { AdapterState } from "../engine/adapters/adapter-state";
import { Generator } from "../engine/generate/generator";
import { planGenerator } from "../engine/generate/plans";
import { Gpu } from "../engine/gpu/device";
import { PipelineCache } from "../engine/gpu/pipelines";
import { shaderVersion } from "../engine/gpu/shaders";
import { Tuner } from "../engine/kernels/tuner";
import type { LoadedModel } from "../engine/models/loaded-model";
import { LuthierError } from "../lib/errors";
import { recordOf } from "../lib/schema";
import type { AdapterSummary } from "../shared/adapter";
import { StoredCompileJournal } from "../storage/compile-journal";
import { loadSetting, saveSetting } from "../storage/settings";
import type { ActiveAdapter, ActiveModel, GpuContext, Speaker } from "./active";
import { KeepRequests } from "./keep-requests";
import type { Emit } from "./serve";
import { UnsavedAdapters } from "./unsaved-adapters";

/** The generator of one column of the comparison. */
interface ColumnGenerator {
  readonly speaker: Speaker;
  readonly generator: Generator;
}

/** KV cache capacity is rounded up to a multiple of this, so that few programs are compiled. */
const CAPACITY_STEP = 256;

/** Options of a {@link Session}. */
interface SessionOptions {
  /** Called when the device is lost, after the session has dropped its resources. */
  onLost?(): void;
}

/**
 * The resources that commands work on: one GPU, one base model, and its adapters in use. Exclusive access is the job
 * owner's concern (`jobs/owner.ts`).
 */
export class Session {
  readonly emit: Emit;
  readonly unsaved: UnsavedAdapters;
  /** Requests an early checkpoint of the current run. */
  readonly keepRequests = new KeepRequests();
  readonly #options: SessionOptions;
  #context: Promise<GpuContext> | null = null;
  #model: ActiveModel | null = null;
  readonly #adapters = new Map<string, ActiveAdapter>();
  /** Copies of the base model with an adapter merged in, by adapter id. */
  readonly #merged = new Map<string, LoadedModel>();
  /** The adapter of a paused run, owned by the run. */
  #lent: ActiveAdapter | null = null;
  readonly #generators = new Map<number, ColumnGenerator>();

  constructor(emit: Emit, options: SessionOptions = {}) {
    this.emit = emit;
    this.unsaved = new UnsavedAdapters(emit);
    this.#options = options;
  }

  /** Opens the GPU on first use, and again after a lost device. */
  gpu(): Promise<GpuContext> {
    this.#context ??= this.#open().catch((error: unknown) => {
      this.#context = null;
      throw error;
    });
    return this.#context;
  }

  /** The loaded model. Throws if there is none. */
  get model(): ActiveModel {
    if (this.#model) return this.#model;
    throw new LuthierError({ code: "model/not-loaded" });
  }

  get hasModel(): boolean {
    return this.#model !== null;
  }

  heldAdapter(id: string): ActiveAdapter | null {
    return this.#lent?.summary.id === id ? this.#lent : (this.#adapters.get(id) ?? null);
  }

  /** Makes the adapter of a paused run available for questions, until set to null or lost with the model. */
  lend(adapter: ActiveAdapter | null): void {
    const earlier = this.#lent;
    if (earlier) this.#dropSpeaking(({ state }) => state === earlier.state);
    this.#lent = adapter;
    this.emit("lent", adapter?.summary ?? null);
  }

  get gpuBytes(): number {
    return this.#model?.engine.gpu.usage.bytes ?? 0;
  }

  /**
   * Replaces the model (or unloads it) and tells the page; frees everything that belongs to the old one.
   *
   * @param adapters the new model's adapters, latest first
   */
  setModel(model: ActiveModel | null, adapters: readonly AdapterSummary[] = []): void {
    this.evictModel();
    this.#model = model;
    this.emit("model", model && { summary: model.summary, adapters });
  }

  /** Frees the model's GPU memory but keeps its description for {@link restoreModel}. */
  evictModel(): void {
    for (const column of [...this.#generators.keys()]) this.#dropGenerator(column);
    for (const id of [...this.#adapters.keys()]) this.dropAdapter(id);
    this.keepMerged([]);
    this.#model?.engine.weights.destroy();
  }

  /** Sets the reloaded weights of an evicted model. */
  restoreModel(engine: LoadedModel): void {
    this.#model = { ...this.model, engine };
  }

  /** Holds an adapter on the GPU, replacing any with the same id. */
  holdAdapter(adapter: ActiveAdapter): void {
    const { id } = adapter.summary;
    if (this.#adapters.get(id)?.state !== adapter.state) this.dropAdapter(id);
    this.#adapters.set(id, adapter);
  }

  /** Frees an adapter and its generators, if it is held. */
  dropAdapter(id: string): void {
    this.#dropState(id);
    this.#dropMerged(id);
  }

  heldMerged(id: string): LoadedModel | null {
    return this.#merged.get(id) ?? null;
  }

  /** Holds a base model with that adapter merged in. */
  holdMerged(id: string, merged: LoadedModel): void {
    this.#dropMerged(id);
    this.#merged.set(id, merged);
  }

  /** Frees all merged models but these, with their generators. */
  keepMerged(ids: readonly string[]): void {
    for (const id of [...this.#merged.keys()]) if (!ids.includes(id)) this.#dropMerged(id);
  }

  /** Returns a generator for one column with room for `tokens` tokens, reused until the speaker changes. */
  async generator(column: number, speaker: Speaker, tokens: number): Promise<Generator> {
    const { engine, state } = speaker;
    const front = state ? state.adapter.promptLength + state.adapter.prefixLength : 0;
    const wanted = Math.ceil((tokens + front) / CAPACITY_STEP) * CAPACITY_STEP;
    const capacity = Math.min(wanted, engine.maxPositions);
    const known = this.#generators.get(column);
    const isSame = known?.speaker.engine === engine && known.speaker.state === state;
    if (isSame && known.generator.capacity >= capacity) return known.generator;
    this.#dropGenerator(column);
    this.#freeUnused(state);
    if (!engine.tuning.software) {
      planGenerator(engine, state, capacity);
      await this.tune(ANSWER_TUNING_MS);
    }
    const generator = await Generator.create(engine, state, capacity);
    this.#generators.set(column, { speaker, generator });
    return generator;
  }

  /** Times the kernels that planning recorded, for `budgetMs` at most, and stores the choices for the next visit. */
  async tune(budgetMs?: number): Promise<void> {
    const { gpu, tuning } = await this.gpu();
    if (!(await tuning.measure(budgetMs))) return;
    const { choices, flopsPerMs } = tuning;
    const stored = { version: shaderVersion(), choices, flopsPerMs };
    // If storage is full, the next visit measures again.
    await saveSetting(tuningKey(gpu), stored).catch(() => undefined);
  }

  async #open(): Promise<GpuContext> {
    const gpu = await Gpu.open(navigator.gpu);
    void gpu.lost.then((error) => {
      this.#forgetGpu();
      this.emit("fault", error.toData());
    });
    const journal = await StoredCompileJournal.open(`${gpuName(gpu)} ${navigator.userAgent}`);
    void gpu.lost.then(() => journal.close());
    const pipelines = new PipelineCache(gpu, journal);
    pipelines.onBroken = ({ problem }) => {
      this.emit("log", { time: Date.now(), line: { kind: "kernel-broken", problem } });
    };
    // A database that fails to open must not block use of the GPU.
    const known = await loadSetting(tuningKey(gpu), storedTuning).catch(() => null);
    const { choices, flopsPerMs } = known?.version === shaderVersion() ? known : {};
    const tuning = new Tuner(gpu, pipelines, choices, flopsPerMs);
    return { gpu, pipelines, tuning };
  }

  /** Drops everything that was on a lost device; the page stays usable and can reload the model. */
  #forgetGpu(): void {
    this.#generators.clear();
    this.#adapters.clear();
    this.#merged.clear();
    this.#lent = null;
    this.#context = null;
    if (this.#model) {
      this.#model = null;
      this.emit("model", null);
    }
    this.#options.onLost?.();
  }

  /** Frees adapters that no column uses, except `wanted`; their values are in storage or memory. */
  #freeUnused(wanted: AdapterState | null): void {
    const speaking = [...this.#generators.values()].map(({ speaker }) => speaker.state);
    const used = new Set([wanted, ...speaking]);
    for (const { summary, state } of [...this.#adapters.values()]) {
      if (!used.has(state)) this.#dropState(summary.id);
    }
  }

  #dropState(id: string): void {
    const held = this.#adapters.get(id);
    if (!held) return;
    this.#dropSpeaking(({ state }) => state === held.state);
    held.state.destroy();
    this.#adapters.delete(id);
  }

  #dropMerged(id: string): void {
    const held = this.#merged.get(id);
    if (!held) return;
    this.#dropSpeaking(({ engine }) => engine === held);
    held.weights.destroy();
    this.#merged.delete(id);
  }

  #dropSpeaking(matches: (speaker: Speaker) => boolean): void {
    for (const [column, { speaker }] of [...this.#generators])
      if (matches(speaker)) this.#dropGenerator(column);
  }

  #dropGenerator(column: number): void {
    this.#generators.get(column)?.generator.destroy();
    this.#generators.delete(column);
  }
}

function gpuName({ info: { name, architecture } }: Gpu): string {
  return `${name} ${architecture}`;
}

/** Tuning results are per GPU. */
function tuningKey(gpu: Gpu): string {
  return `tuning ${gpuName(gpu)}`;
}

/** The fastest kernel variants by problem, from an earlier visit, and the shaders that were timed. */
const storedTuning = v.object({ version: v.string(), choices: recordOf(v.string()), flopsPerMs: v.number() });

/** Time to choose kernels before an answer. */
const ANSWER_TUNING_MS = 1000;
