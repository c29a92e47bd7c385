import type { AdapterState } from "../engine/adapters/adapter-state";
import type { Gpu } from "../engine/gpu/device";
import type { PipelineCache } from "../engine/gpu/pipelines";
import type { Tuner } from "../engine/kernels/tuner";
import type { LoadedModel } from "../engine/models/loaded-model";
import type { ModelFolder } from "../formats/model-folder";
import type { AdapterSummary } from "../shared/adapter";
import type { ModelOrigin, ModelSummary } from "../shared/model";
import type { RunConfig } from "../shared/training";
import type { Tokenizer } from "../tokenizer/tokenizer";

/** The base model that answers and trains. */
export interface ActiveModel {
  readonly summary: ModelSummary;
  readonly engine: LoadedModel;
  readonly tokenizer: Tokenizer;
  /** What its files say beside the weights. */
  readonly folder: Pick<ModelFolder, "config" | "generationConfig" | "tokenizer" | "gguf">;
  /** Of a model from a hub. */
  readonly origin: ModelOrigin | null;
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
}

/** Who answers. */
export interface Speaker {
  /** The base model, or its copy with the adapter in its weights. */
  readonly engine: LoadedModel;
  /** The adapter that answers beside the weights, or null. */
  readonly state: AdapterState | null;
}

/** The GPU and what lives on it. */
export interface GpuContext {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuning: Tuner;
}
