import { narrow } from "../../formats/float-bits";
import { type FloatType, isFloatType, storedBytes } from "../../formats/quantised/block-types";
import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { Adapter, BaseChange, HostTensor } from "./common/method";
import { elementsOf, readAllValues, type TensorSource } from "../weights/tensor-source";
import { type WeightDeclaration, WeightStore } from "../weights/weight-store";
import { declareWeights, type ModelSpec } from "../nn/model-spec";
import type { LoadedModel } from "../models/loaded-model";

/** Data type for tensors of quantised files. */
const WIDENED: FloatType = "F16";

/**
 * Data type of a merged tensor: the base file's (also if it was quantised on loading), or f16 if the file itself is
 * quantised.
 */
export function mergedType({ dtype, fileDtype }: Pick<TensorSource, "dtype" | "fileDtype">): FloatType {
  return isFloatType(dtype) ? dtype : (fileDtype ?? WIDENED);
}

/** Reads a base tensor, applies a change, and converts to `dtype`. */
export async function readMerged(
  source: TensorSource,
  change: BaseChange | null,
  dtype: FloatType = mergedType(source),
): Promise<Uint8Array<ArrayBuffer>> {
  const base = { shape: source.shape, data: await readAllValues(source) };
  return narrow(dtype, (change ? change(base) : base).data);
}

/** The base tensors; an adapter that unties the head adds a copy of the embedding for it. */
export function mergeableTensors(
  { spec, tensors }: Pick<LoadedModel, "spec" | "tensors">,
  { untiesHead }: Pick<Adapter, "untiesHead">,
): ReadonlyMap<string, TensorSource> {
  const table = tensors.get(`${spec.embedTokens}.weight`);
  if (!untiesHead || !table) return tensors;
  const name = `${spec.head.path}.weight`;
  return new Map([...tensors, [name, { ...table, name }]]);
}

/** Changes to the base tensors. Errors: the method does not merge. */
export function mergeChanges(
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
): ReadonlyMap<string, BaseChange> {
  if (adapter.merge) return adapter.merge(parameters);
  throw new LuthierError({ code: "adapter/not-mergeable" });
}

/** Inputs of a merge. */
interface MergePlan {
  readonly spec: ModelSpec;
  readonly tensors: readonly {
    readonly declaration: WeightDeclaration;
    readonly source: TensorSource;
    readonly change: BaseChange | null;
  }[];
}

function planMerge(
  model: LoadedModel,
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
): MergePlan {
  const { head } = model.spec;
  const spec = adapter.untiesHead ? { ...model.spec, head: { ...head, tied: false } } : model.spec;
  const changes = mergeChanges(adapter, parameters);
  const sources = mergeableTensors(model, adapter);
  const tensors = declareWeights(spec).flatMap((declaration) => {
    const { name } = declaration;
    const change = changes.get(name) ?? null;
    if (!change && model.tensors.has(name)) return [];
    return [{ declaration, source: defined(sources.get(name), `tensor ${name}`), change }];
  });
  return { spec, tensors };
}

/** GPU bytes {@link mergeOnGpu} needs beside the base model: copies of the changed tensors. */
export function mergedGpuBytes(
  model: LoadedModel,
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
): number {
  return planMerge(model, adapter, parameters).tensors.reduce((sum, { declaration, source }) => {
    const elements = elementsOf(source);
    const isVector = declaration.layout === "vector";
    return sum + (isVector ? 4 * elements : storedBytes(mergedType(source), elements));
  }, 0);
}

/**
 * Builds a merged model on the GPU: changed tensors are new, with the values the merged file would hold; the rest are
 * shared with the base, which must outlive it. Errors: the method does not merge; out of memory, with partial
 * allocations freed.
 */
export async function mergeOnGpu(
  model: LoadedModel,
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
): Promise<LoadedModel> {
  const { gpu } = model;
  const { spec, tensors } = planMerge(model, adapter, parameters);
  const weights = new WeightStore(gpu, model.weights);
  try {
    await gpu.allocating({ kind: "merged-weights" }, async () => {
      for (const { declaration, source, change } of tensors) {
        const bytes = await readMerged(source, change);
        const merged: TensorSource = {
          name: source.name,
          dtype: mergedType(source),
          shape: source.shape,
          read: (start, end) => Promise.resolve(bytes.slice(start, end)),
        };
        await weights.load(declaration, merged, () => undefined);
      }
    });
    await gpu.settle();
    return { ...model, spec, weights };
  } catch (error) {
    weights.destroy();
    throw error;
  }
}
