import type { Graph } from "../../graph/graph";
import { f32 } from "../../graph/value";
import { declareWeights, type ModelSpec } from "../../nn/model-spec";
import type { WeightDeclaration } from "../../weights/weight-store";
import type { AdapterHooks } from "../../nn/hooks";
import type { BaseChange, HostTensor, ParameterSpec } from "../common/method";
import { optionError } from "../common/option-reader";

/** A tensor of a module that trains in full (PEFT's modules_to_save). */
export interface SavedTensor {
  /** Hugging Face name of the tensor; a tied head has its own here. */
  readonly name: string;
  /** Base tensor with the initial value. */
  readonly base: string;
  readonly declaration: WeightDeclaration;
}

const PREFIX = "base_model.model.";
const parameterName = ({ name }: SavedTensor): string => `${PREFIX}${name}`;
const moduleOf = (name: string): string => name.slice(0, name.lastIndexOf("."));

/**
 * Tensors of the modules selected by PEFT's rule: a module path ends with the name, dot or no dot, and everything
 * inside is included. Errors at modules_to_save: a name that matches nothing.
 */
export function savedTensors(names: readonly string[], model: ModelSpec): SavedTensor[] {
  const all = moduleTensors(model);
  const matches = (name: string, tensor: SavedTensor): boolean =>
    ownPaths(moduleOf(tensor.name)).some((path) => `${PREFIX}${path}`.endsWith(name));
  const lost = names.find((name) => !all.some((tensor) => matches(name, tensor)));
  if (lost !== undefined) {
    const paths = all.map(({ name }) => moduleOf(name));
    const modules = [...new Set(paths.map((path) => path.slice(path.lastIndexOf(".") + 1)))];
    throw optionError("modules_to_save", { code: "config/no-module", name: lost, modules });
  }
  return all.filter((tensor) => names.some((name) => matches(name, tensor)));
}

function moduleTensors(model: ModelSpec): SavedTensor[] {
  const { head, embedTokens } = model;
  const declared = declareWeights(model).map((declaration) => ({
    name: declaration.name,
    base: declaration.name,
    declaration,
  }));
  const table = declared.find(({ name }) => name === `${embedTokens}.weight`);
  // With an encoder, each stack has its own module for the shared embedding: no single copy would replace both.
  const own = model.encoder ? declared.filter((tensor) => tensor !== table) : declared;
  return head.tied && table ? [...own, { ...table, name: `${head.path}.weight` }] : own;
}

/** "model.layers.0.mlp" -> all its prefixes, itself included. */
function ownPaths(path: string): string[] {
  const parts = path.split(".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("."));
}

/** Whether PEFT excludes a path from the targets because modules_to_save covers it. */
export function isCoveredBySaved(names: readonly string[], path: string): boolean {
  return names.some((name) => `.${path}.`.includes(`.${name}.`));
}

/** Copies of base tensors. Vectors get LoRA+'s learning rate for B, as in PEFT. */
export function savedParameters(tensors: readonly SavedTensor[], vectorFactor: number): ParameterSpec[] {
  return tensors.map((tensor) => ({
    name: parameterName(tensor),
    shape: tensor.declaration.shape,
    ...(tensor.declaration.layout === "vector" ? { learningRateFactor: vectorFactor } : {}),
    init: ({ baseVector }) => baseVector(tensor.base),
  }));
}

/** Replaces the frozen tensors with the copies. */
export function savedHooks(
  graph: Graph,
  tensors: readonly SavedTensor[],
): Required<Pick<AdapterHooks, "matrix" | "vector">> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    matrix: (_name, _rows, _columns, module) => {
      const tensor = byName.get(`${module}.weight`);
      if (!tensor) return null;
      const { shape, layout } = tensor.declaration;
      return {
        value: graph.parameter(parameterName(tensor), f32(...shape)),
        transposed: layout === "conv1d",
      };
    },
    vector: (name, length) => {
      const tensor = byName.get(name);
      return tensor ? graph.parameter(parameterName(tensor), f32(length)) : null;
    },
  };
}

/** Merging replaces the base tensors with the copies. */
export function mergeSaved(
  tensors: readonly SavedTensor[],
  trained: ReadonlyMap<string, HostTensor>,
): [string, BaseChange][] {
  return tensors.map((tensor) => [tensor.name, (base) => trained.get(parameterName(tensor)) ?? base]);
}
