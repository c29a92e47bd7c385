import * as v from "valibot";
import type { AdapterState } from "../engine/adapters/adapter-state";
import { Generator } from "../engine/generate/generator";
import { Gpu } from "../engine/gpu/device";
import { PipelineCache } from "../engine/gpu/pipelines";
import { GemmTuner } from "../engine/kernels/gemm-tuner";
import type { LoadedModel } from "../engine/models/loaded-model";
import type { ModelFolder } from "../formats/model-folder";
import { LuthierError } from "../lib/errors";
import { recordOf } from "../lib/schema";
import type { AdapterSummary } from "../protocol/commands";
import type { Side } from "../spec/generation";
import type { ModelSummary } from "../spec/model";
import type { RunConfig } from "../spec/training";
import type { Tokenizer } from "../tokenizer/tokenizer";
import { loadSetting, saveSetting } from "../storage/settings";
import type { Emit } from "./serve";

/** The base model that answers and trains. */
export interface ActiveModel {
  readonly summary: ModelSummary;
  readonly engine: LoadedModel;
  readonly tokenizer: Tokenizer;
  /** What its files say beside the weights. */
  readonly folder: Pick<ModelFolder, "config" | "generationConfig" | "tokenizer">;
  /** What exports call the base model. */
  readonly baseName: string;
}

/** What is remembered of the run that made an adapter. */
export interface AdapterRun {
  readonly config: RunConfig;
  readonly datasetName: string;
  readonly datasetRows: number;
}

/** An adapter on the GPU. */
export interface ActiveAdapter {
  readonly summary: AdapterSummary;
  readonly state: AdapterState;
  readonly run: AdapterRun | null;
  /** Whether storage has it too; what has no other copy is not freed. */
  readonly kept: boolean;
  /** A file of the optimizer's state that storage has not taken yet. */
  readonly optimizer?: Uint8Array<ArrayBuffer>;
}

/** Who answers. */
export interface Speaker {
  /** The base model, or its copy with the adapter in its weights. */
  readonly engine: LoadedModel;
  /** The adapter that answers beside the weights, or null. */
  readonly state: AdapterState | null;
}

/** What answers on one side. */
interface SideGenerator {
  readonly speaker: Speaker;
  readonly generator: Generator;
}

/** The GPU and what lives on it. */
export interface GpuContext {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuning: GemmTuner;
}

/** Caches are made in steps of this many tokens, so that few programs are. */
const CAPACITY_STEP = 256;

/**
 * What the page's commands work on: one GPU, one base model, and those of its adapters that somebody uses. Handlers
 * hold no state of their own.
 */
export class Session {
  readonly emit: Emit;
  /** Aborts the run that trains now; null when none does. */
  training: AbortController | null = null;
  #context: Promise<GpuContext> | null = null;
  #model: ActiveModel | null = null;
  readonly #adapters = new Map<string, ActiveAdapter>();
  /** The base model with an adapter in its weights, by the adapter's id. */
  readonly #merged = new Map<string, LoadedModel>();
  readonly #generators = new Map<Side, SideGenerator>();

  constructor(emit: Emit) {
    this.emit = emit;
  }

  /** Opens the GPU at the first call. After a lost device the next call opens it anew. */
  gpu(): Promise<GpuContext> {
    this.#context ??= this.#open().catch((error: unknown) => {
      this.#context = null;
      throw error;
    });
    return this.#context;
  }

  /** The loaded model. Errors when there is none. */
  get model(): ActiveModel {
    if (this.#model) return this.#model;
    throw new LuthierError("model", "No model is loaded.", "Choose a base model first.");
  }

  get hasModel(): boolean {
    return this.#model !== null;
  }

  /** The adapters on the GPU. */
  get heldAdapters(): Iterable<ActiveAdapter> {
    return this.#adapters.values();
  }

  heldAdapter(id: string): ActiveAdapter | null {
    return this.#adapters.get(id) ?? null;
  }

  get gpuBytes(): number {
    return this.#model?.engine.gpu.usage.bytes ?? 0;
  }

  /** Takes another model; what stood on the old one is freed. */
  setModel(model: ActiveModel | null): void {
    for (const side of [...this.#generators.keys()]) this.#dropGenerator(side);
    for (const id of [...this.#adapters.keys()]) this.dropAdapter(id);
    this.keepMerged([]);
    this.#model?.engine.weights.destroy();
    this.#model = model;
  }

  /** Takes an adapter on the GPU, in place of what was held under its id. */
  holdAdapter(adapter: ActiveAdapter): void {
    const { id } = adapter.summary;
    if (this.#adapters.get(id)?.state !== adapter.state) this.dropAdapter(id);
    this.#adapters.set(id, adapter);
  }

  /** Frees an adapter and what answers with it; nothing happens when it is not held. */
  dropAdapter(id: string): void {
    this.#dropState(id);
    this.#dropMerged(id);
  }

  heldMerged(id: string): LoadedModel | null {
    return this.#merged.get(id) ?? null;
  }

  /** Takes the base model with that adapter in its weights. */
  holdMerged(id: string, merged: LoadedModel): void {
    this.#dropMerged(id);
    this.#merged.set(id, merged);
  }

  /** Frees the merged weights of all adapters but these, and what answers with them. */
  keepMerged(ids: readonly string[]): void {
    for (const id of [...this.#merged.keys()]) if (!ids.includes(id)) this.#dropMerged(id);
  }

  /** A generator for one side with room for `tokens` tokens; kept until somebody else answers there. */
  async generator(side: Side, speaker: Speaker, tokens: number): Promise<Generator> {
    const { engine, state } = speaker;
    const front = state ? state.adapter.promptLength + state.adapter.prefixLength : 0;
    const wanted = Math.ceil((tokens + front) / CAPACITY_STEP) * CAPACITY_STEP;
    const capacity = Math.min(wanted, engine.maxPositions);
    const known = this.#generators.get(side);
    const isSame = known?.speaker.engine === engine && known.speaker.state === state;
    if (isSame && known.generator.capacity >= capacity) return known.generator;
    this.#dropGenerator(side);
    this.#freeUnused(state);
    const generator = await Generator.create(engine, state, capacity);
    this.#generators.set(side, { speaker, generator });
    return generator;
  }

  /** Times the matrix shapes that planning asked for, and keeps what was found for the next visit. */
  async tune(): Promise<void> {
    const { gpu, tuning } = await this.gpu();
    if (await tuning.measure()) await saveSetting(tuningKey(gpu), tuning.choices);
  }

  async #open(): Promise<GpuContext> {
    const gpu = await Gpu.open(navigator.gpu);
    void gpu.lost.then((error) => {
      this.#forgetGpu();
      this.emit("fault", error.toData());
    });
    const pipelines = new PipelineCache(gpu);
    const known = await loadSetting(tuningKey(gpu), tuningChoices);
    const tuning = new GemmTuner(gpu, pipelines, known ?? {});
    return { gpu, pipelines, tuning };
  }

  /** After a lost device nothing on it is left; the page stays usable and loads the model again. */
  #forgetGpu(): void {
    this.training?.abort();
    this.#generators.clear();
    this.#model = null;
    this.#adapters.clear();
    this.#merged.clear();
    this.#context = null;
  }

  /** Frees adapters that storage has and no side answers with, but for `wanted`. */
  #freeUnused(wanted: AdapterState | null): void {
    const speaking = [...this.#generators.values()].map(({ speaker }) => speaker.state);
    const used = new Set([wanted, ...speaking]);
    for (const { summary, state, kept } of [...this.#adapters.values()]) {
      if (kept && !used.has(state)) this.#dropState(summary.id);
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
    for (const [side, { speaker }] of [...this.#generators]) if (matches(speaker)) this.#dropGenerator(side);
  }

  #dropGenerator(side: Side): void {
    this.#generators.get(side)?.generator.destroy();
    this.#generators.delete(side);
  }
}

/** Choices belong to an adapter: another GPU has other favourites. */
function tuningKey({ summary: { name, architecture } }: Gpu): string {
  return `tuning ${name} ${architecture}`;
}

/** The fastest kernel variant by matrix shape, as an earlier visit found it. */
const tuningChoices = recordOf(v.string());
