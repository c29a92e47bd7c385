import { narrow } from "../../formats/float-bits";
import { type FloatType, isFloatType, storedBytes } from "../../formats/quantised/block-types";
import { LuthierError } from "../../lib/errors";
import { defined } from "../../lib/invariant";
import type { Adapter, BaseChange, HostTensor } from "./common/method";
import { elementsOf, readAllValues, type TensorSource } from "../weights/tensor-source";
import { type WeightDeclaration, WeightStore } from "../weights/weight-store";
import { declareWeights, type ModelSpec } from "../nn/model-spec";
import type { LoadedModel } from "../models/loaded-model";

/** What the numbers of quantised files become. */
const WIDENED: FloatType = "F16";

/**
 * The type that a merged tensor is stored in: that of the base's file, also where it was quantised while it loaded, or
 * f16 where the file is quantised.
 */
export function mergedType({ dtype, fileDtype }: Pick<TensorSource, "dtype" | "fileDtype">): FloatType {
  return isFloatType(dtype) ? dtype : (fileDtype ?? WIDENED);
}

/** All numbers of a base tensor with a change in them, in a type that is that of {@link mergedType} unless it is given. */
export async function readMerged(
  source: TensorSource,
  change: BaseChange | null,
  dtype: FloatType = mergedType(source),
): Promise<Uint8Array<ArrayBuffer>> {
  const base = { shape: source.shape, data: await readAllValues(source) };
  return narrow(dtype, (change ? change(base) : base).data);
}

/** The base's tensors; an adapter that unties the head gives it a copy of the embedding for a tensor of its own. */
export function mergeableTensors(
  { spec, tensors }: Pick<LoadedModel, "spec" | "tensors">,
  { unties }: Pick<Adapter, "unties">,
): ReadonlyMap<string, TensorSource> {
  const table = tensors.get(`${spec.embedTokens}.weight`);
  if (!unties || !table) return tensors;
  const name = `${spec.head.path}.weight`;
  return new Map([...tensors, [name, { ...table, name }]]);
}

/** What trained parameters make of the base's tensors. Errors: the method does not merge. */
export function mergeChanges(
  adapter: Adapter,
  parameters: ReadonlyMap<string, HostTensor>,
): ReadonlyMap<string, BaseChange> {
  if (adapter.merge) return adapter.merge(parameters);
  throw new LuthierError({ code: "adapter/not-mergeable" });
}

/** What a merged model needs beside its base. */
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
  const spec = adapter.unties ? { ...model.spec, head: { ...head, tied: false } } : model.spec;
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

/** GPU bytes that {@link mergeOnGpu} takes beside the base model: a copy of what the adapter changes. */
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
 * The model with an adapter in its weights, beside the base on the GPU: what the adapter changes is a tensor of its
 * own, in the numbers that the merged file holds, and all else is the base's, which has to outlive it. Errors: the
 * method does not merge; not enough memory, and nothing is left behind.
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
