import { product } from "../../src/lib/numbers";
import type { Gpu } from "../../src/engine/gpu/device";
import type { StorageKind } from "../../src/engine/graph/op";
import { declareWeights } from "../../src/engine/nn/model-spec";
import { type LoadedModel, loadModel } from "../../src/engine/models/loaded-model";
import { describeModel } from "../../src/engine/models/registry";
import { readAllValues, type TensorDtype, type TensorSource } from "../../src/engine/weights/tensor-source";
import { narrow } from "../../src/formats/float-bits";
import { blockLayout, isBlockType, isFloatType } from "../../src/formats/quantised/block-types";
import { loadGoldenModel, readJson } from "./golden";
import { fixedTuning, pipelinesOf } from "./run-graph";
import { arbitraryBlocks } from "./stored-numbers";

/** A golden family's model with matrices stored as `kind`: its own weights rounded, or arbitrary blocks. */
export async function modelOfKind(gpu: Gpu, family: string, kind: StorageKind): Promise<LoadedModel> {
  const config = readJson<Record<string, unknown>>(family, "config.json");
  const golden = await loadGoldenModel(gpu, family);
  const sources = new Map<string, TensorSource>();
  for (const { name, layout } of declareWeights(describeModel(config))) {
    const source = golden.tensors.get(name)!;
    sources.set(name, layout === "vector" ? source : await storedAs(source, kind, sources.size));
  }
  golden.weights.destroy();
  return loadModel(config, sources, { gpu, pipelines: pipelinesOf(gpu), tuning: fixedTuning(gpu) });
}

async function storedAs(source: TensorSource, kind: StorageKind, seed: number): Promise<TensorSource> {
  const dtype = kind.toUpperCase() as TensorDtype;
  const bytes = isBlockType(dtype)
    ? arbitraryBlocks(dtype, Math.ceil(product(source.shape) / blockLayout(dtype).elements), seed)
    : narrow(isFloatType(dtype) ? dtype : "F32", await readAllValues(source));
  return { ...source, dtype, read: async (start, end) => bytes.slice(start, end) };
}
