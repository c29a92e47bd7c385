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

/** The loaded base model. */
export interface ActiveModel {
  readonly summary: ModelSummary;
  readonly engine: LoadedModel;
  readonly tokenizer: Tokenizer;
  /** The contents of its files other than the weights. */
  readonly folder: Pick<ModelFolder, "config" | "generationConfig" | "tokenizer" | "gguf">;
  /** Set for models downloaded from a hub. */
  readonly origin: ModelOrigin | null;
}

/** Facts of the training run that produced an adapter. */
export interface AdapterRun {
  readonly config: RunConfig;
  readonly datasetName: string;
  readonly datasetRows: number;
  /** Name of the dataset mixed in. */
  readonly mixedName?: string;
}

/** An adapter on the GPU. */
export interface ActiveAdapter {
  readonly summary: AdapterSummary;
  readonly state: AdapterState;
  readonly run: AdapterRun | null;
}

/** The model and adapter that generate an answer. */
export interface Speaker {
  /** The base model, or a copy with the adapter merged in. */
  readonly engine: LoadedModel;
  /** The unmerged adapter to apply, or null. */
  readonly state: AdapterState | null;
}

/** The GPU and the resources on it. */
export interface GpuContext {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuning: Tuner;
}
