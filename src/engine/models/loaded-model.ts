import { defined } from "../../lib/invariant";
import type { Gpu } from "../gpu/device";
import type { PipelineCache } from "../gpu/pipelines";
import type { Tuning } from "../graph/op";
import type { Quantization } from "../../shared/model";
import { finiteSource } from "../weights/finite-source";
import { nf4Source } from "../weights/nf4-source";
import { sourceBytes, type TensorSource } from "../weights/tensor-source";
import type { WeightShapes } from "../weights/weight-shapes";
import { WeightStore } from "../weights/weight-store";
import { declareWeights, type ModelSpec, linearLayers } from "../nn/model-spec";
import { checkUnusedTensors, renamedTensors, resolveFiles, type StoredTensors } from "./files";
import { describeModel } from "./registry";
import { declareTables } from "../nn/tables";

/** Size of rotary tables; longer sequences are impractical in a browser. */
const MAX_TABLE_POSITIONS = 16384;

/** Maximum sequence length here. */
export function tablePositions(spec: ModelSpec): number {
  return Math.min(spec.maxPositions, MAX_TABLE_POSITIONS);
}

/** A base model with its frozen weights on the GPU. */
export interface LoadedModel {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuning: Tuning;
  readonly spec: ModelSpec;
  readonly weights: WeightStore;
  /** Maximum sequence length, virtual tokens included. */
  readonly maxPositions: number;
  /** Sources of the frozen tensors, for initialisation and merging. */
  readonly tensors: ReadonlyMap<string, TensorSource>;
}

/** The part of a model, loaded or not, that planning needs. */
export type ModelShape = Pick<LoadedModel, "spec" | "tuning"> & { readonly weights: WeightShapes };

/** Options of {@link loadModel}. */
export interface LoadOptions {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuning: Tuning;
  /** Called with the bytes read so far and in total. */
  onProgress?(doneBytes: number, totalBytes: number): void;
  readonly signal?: AbortSignal;
  /** Quantises the blocks' linear layers; embeddings and head keep their precision, as in QLoRA. */
  readonly quantization?: Quantization | null;
}

/**
 * Loads the model of a config.json, uploading each tensor that it declares. Errors name a tensor that is missing,
 * misshapen or not part of the model; uploaded tensors are freed.
 */
export async function loadModel(
  config: Readonly<Record<string, unknown>>,
  files: StoredTensors,
  options: LoadOptions,
): Promise<LoadedModel> {
  const described = describeModel(config);
  const named = renamedTensors(described, files);
  const { spec, find } = await resolveFiles(described, named);
  const { gpu, pipelines, tuning, signal } = options;
  const weights = new WeightStore(gpu);
  const layers = new Set(linearLayers(spec).map(({ path }) => `${path}.weight`));
  const declared = declareWeights(spec);
  const wanted = declared.map((declaration) => {
    const source = finiteSource(find(declaration.name));
    const isQuantised = options.quantization && layers.has(declaration.name);
    const isConv1d = declaration.layout === "conv1d";
    return { declaration, source: isQuantised ? nf4Source(source, isConv1d, options.quantization) : source };
  });
  checkUnusedTensors(spec, declared, named);
  const totalBytes = wanted.reduce((sum, { source }) => sum + sourceBytes(source), 0);
  let doneBytes = 0;
  const onBytes = (bytes: number): void => options.onProgress?.((doneBytes += bytes), totalBytes);
  try {
    await gpu.allocating({ kind: "weights", bytes: totalBytes }, async () => {
      for (const { declaration, source } of wanted) await weights.load(declaration, source, onBytes, signal);
    });
    const maxPositions = tablePositions(spec);
    addTables(weights, spec, maxPositions);
    await gpu.settle();
    const tensors = new Map(wanted.map(({ declaration, source }) => [declaration.name, source]));
    return { gpu, pipelines, tuning, spec, weights, maxPositions, tensors };
  } catch (error) {
    weights.destroy();
    throw error;
  }
}

function addTables(weights: WeightStore, spec: ModelSpec, positions: number): void {
  for (const { names, make } of declareTables(spec, positions)) {
    make().forEach((values, index) => {
      weights.addConstant(defined(names[index], "table name"), values);
    });
  }
}
