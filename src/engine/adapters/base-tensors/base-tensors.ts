import type { Graph } from "../../graph/graph";
import { f32 } from "../../graph/value";
import type { WeightDeclaration } from "../../weights/weight-store";
import type { AdapterHooks } from "../../nn/hooks";
import type { BaseChange, HostTensor, ParameterSpec } from "../common/method";

/** Declares base tensors as trainable parameters, keeping names, shapes and initial values. */
export function baseParameters(tensors: readonly WeightDeclaration[]): ParameterSpec[] {
  return tensors.map(({ name, shape }) => ({ name, shape, init: ({ baseVector }) => baseVector(name) }));
}

/** Replaces frozen tensors with the graph parameters of the same name. */
export function baseHooks(
  graph: Graph,
  tensors: readonly WeightDeclaration[],
): Pick<AdapterHooks, "matrix" | "vector"> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    vector: (name, length) => (byName.has(name) ? graph.parameter(name, f32(length)) : null),
    matrix: (name) => {
      const tensor = byName.get(name);
      if (!tensor) return null;
      return { value: graph.parameter(name, f32(...tensor.shape)), transposed: tensor.layout === "conv1d" };
    },
  };
}

/** Merging replaces the base tensors with the trained ones. */
export function replaceBase(trained: ReadonlyMap<string, HostTensor>): Map<string, BaseChange> {
  return new Map([...trained].map(([name, tensor]) => [name, () => tensor]));
}
