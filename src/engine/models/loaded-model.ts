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
import { checkLeftOver, renamedTensors, resolveFiles, type StoredTensors } from "./files";
import { describeModel } from "./registry";
import { declareTables } from "../nn/tables";

/** Positions for which rotary tables are made; longer texts than this are not trained in a page. */
const MAX_TABLE_POSITIONS = 16384;

/** Tokens that one sequence of the model may have here. */
export function tablePositions(spec: ModelSpec): number {
  return Math.min(spec.maxPositions, MAX_TABLE_POSITIONS);
}

/** A base model whose frozen weights are on the GPU. */
export interface LoadedModel {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuning: Tuning;
  readonly spec: ModelSpec;
  readonly weights: WeightStore;
  /** Tokens that one sequence may have, virtual ones included. */
  readonly maxPositions: number;
  /** Where the frozen tensors can be read again (initial values, merging). */
  readonly tensors: ReadonlyMap<string, TensorSource>;
}

/** What planning needs of a model, whether its weights are on a GPU or not. */
export type ModelShape = Pick<LoadedModel, "spec" | "tuning"> & { readonly weights: WeightShapes };

/** What loading needs besides the files. */
export interface LoadOptions {
  readonly gpu: Gpu;
  readonly pipelines: PipelineCache;
  readonly tuning: Tuning;
  /** Told the bytes read so far and in all. */
  onProgress?(doneBytes: number, totalBytes: number): void;
  readonly signal?: AbortSignal;
  /** Quantises the linear layers of the blocks; embeddings and head keep their precision, as in QLoRA. */
  readonly quantization?: Quantization | null;
}

/**
 * Reads config.json's description and uploads every tensor it asks for. Errors name the tensor that is missing, has
 * another shape, or has no place in the model; what was uploaded is freed then.
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
  checkLeftOver(spec, declared, named);
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
