import { declareWeights } from "../../nn/model-spec";
import { baseHooks, baseParameters, replaceBase } from "./base-tensors";
import type { Adapter, Method } from "../common/method";
import { isOwnConfig, ownConfig } from "../common/own-format";

/** Full fine-tuning: every tensor of the model trains, a tied head through both of its uses. */
export const full: Method = {
  peftType: null,
  reads: (config) => isOwnConfig("full", config),
  bind(_values, model) {
    const tensors = declareWeights(model);
    return {
      parameters: baseParameters(tensors),
      promptLength: 0,
      prefixLength: 0,
      hooks: (graph) => baseHooks(graph, tensors),
      config: ownConfig("full", {}),
      exportTensors: (trained) => trained,
      importTensors: (saved) => saved,
      merge: replaceBase,
    } satisfies Adapter;
  },
  readConfig: () => ({}),
};
