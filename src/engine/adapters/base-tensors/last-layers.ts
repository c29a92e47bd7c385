import { lastLayersFields } from "../../../shared/methods/last-layers";
import { declareWeights, type ModelSpec, headWeightName } from "../../nn/model-spec";
import type { WeightDeclaration } from "../../weights/weight-store";
import { baseHooks, baseParameters, replaceBase } from "./base-tensors";
import { defineAdapter } from "../common/define-adapter";
import type { Method } from "../common/method";
import { optionError, OptionReader } from "../common/option-reader";
import { isLuthierConfig, luthierConfig, readLuthierOptions } from "../common/luthier-format";

interface LastLayersOptions {
  readonly layers: number;
  readonly norm: boolean;
  readonly head: boolean;
}

/** Trains the last blocks, optionally the final norm and head. Earlier layers are frozen and need no backward pass. */
export const lastLayers: Method = {
  peftType: null,
  reads: (config) => isLuthierConfig("last-layers", config),
  bind(values, model) {
    const reader = new OptionReader(lastLayersFields, values);
    const options = {
      layers: reader.number("num_layers"),
      norm: reader.boolean("train_final_norm"),
      head: reader.boolean("train_head"),
    };
    const tensors = chooseTensors(options, model);
    return defineAdapter({
      parameters: baseParameters(tensors),
      hooks: (graph) => baseHooks(graph, tensors),
      config: luthierConfig("last-layers", {
        num_layers: options.layers,
        train_final_norm: options.norm,
        train_head: options.head,
      }),
      merge: replaceBase,
    });
  },
  readConfig: (config) => readLuthierOptions(lastLayersFields, config),
};

/** Tensors to train. Errors: more blocks than the model has, or nothing selected. */
function chooseTensors({ layers, norm, head }: LastLayersOptions, model: ModelSpec): WeightDeclaration[] {
  const { blocks, finalNorm } = model;
  if (layers > blocks.length)
    throw optionError("num_layers", { code: "config/layer-count", layers, modelLayers: blocks.length });
  const paths = blocks.slice(blocks.length - layers).map(({ path }) => `${path}.`);
  if (norm && finalNorm) paths.push(`${finalNorm.path}.`);
  const tensors = declareWeights(model).filter(
    ({ name }) => paths.some((path) => name.startsWith(path)) || (head && name === headWeightName(model)),
  );
  if (tensors.length > 0) return tensors;
  throw optionError("num_layers", { code: "config/nothing-trains" });
}
