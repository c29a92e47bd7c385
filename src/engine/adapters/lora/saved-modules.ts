import type { Graph } from "../../graph/graph";
import { f32 } from "../../graph/value";
import { declareWeights, type ModelSpec } from "../../nn/model-spec";
import type { WeightDeclaration } from "../../weights/weight-store";
import type { AdapterHooks } from "../../nn/hooks";
import type { BaseChange, HostTensor, ParameterSpec } from "../common/method";
import { optionError } from "../common/option-reader";

/** A tensor of a module that trains as a whole (PEFT's modules_to_save). */
export interface SavedTensor {
  /** The module's tensor by its Hugging Face name; a tied head has one of its own here. */
  readonly name: string;
  /** The base model's tensor that it starts as. */
  readonly base: string;
  readonly declaration: WeightDeclaration;
}

const PREFIX = "base_model.model.";
const parameterName = ({ name }: SavedTensor): string => `${PREFIX}${name}`;
const moduleOf = (name: string): string => name.slice(0, name.lastIndexOf("."));

/**
 * The tensors of the modules that the names choose, by PEFT's rule: a module's path ends with the name, dot or no dot,
 * and all that lies within it comes along. Errors at modules_to_save: a name that chooses nothing.
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
  // With an encoder, each stack has a module of its own for the one embedding: no copy would stand for both.
  const own = model.encoder ? declared.filter((tensor) => tensor !== table) : declared;
  return head.tied && table ? [...own, { ...table, name: `${head.path}.weight` }] : own;
}

/** "model.layers.0.mlp" -> itself and the modules that it lies in. */
function ownPaths(path: string): string[] {
  const parts = path.split(".");
  return parts.map((_, index) => parts.slice(0, index + 1).join("."));
}

/** Whether a path lies in a module of modules_to_save by the rule under which PEFT leaves it out of the targets. */
export function isLeftToSaved(names: readonly string[], path: string): boolean {
  return names.some((name) => `.${path}.`.includes(`.${name}.`));
}

/** Copies of the base's tensors; vectors take the learning rate of B in LoRA+, as in PEFT. */
export function savedParameters(tensors: readonly SavedTensor[], vectorFactor: number): ParameterSpec[] {
  return tensors.map((tensor) => ({
    name: parameterName(tensor),
    shape: tensor.declaration.shape,
    ...(tensor.declaration.layout === "vector" ? { learningRateFactor: vectorFactor } : {}),
    init: ({ baseVector }) => baseVector(tensor.base),
  }));
}

/** Puts the copies in the place of what the modules have frozen. */
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

/** Merging puts them in the place of the base's own. */
export function mergeSaved(
  tensors: readonly SavedTensor[],
  trained: ReadonlyMap<string, HostTensor>,
): [string, BaseChange][] {
  return tensors.map((tensor) => [tensor.name, (base) => trained.get(parameterName(tensor)) ?? base]);
}
