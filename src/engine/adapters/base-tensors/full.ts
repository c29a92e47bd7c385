import { declareWeights } from "../../nn/model-spec";
import { baseHooks, baseParameters, replaceBase } from "./base-tensors";
import { defineAdapter } from "../common/define-adapter";
import type { Method } from "../common/method";
import { isLuthierConfig, luthierConfig } from "../common/luthier-format";

/** Full fine-tuning: every tensor trains; a tied head receives gradients from both of its uses. */
export const full: Method = {
  peftType: null,
  reads: (config) => isLuthierConfig("full", config),
  bind(_values, model) {
    const tensors = declareWeights(model);
    return defineAdapter({
      parameters: baseParameters(tensors),
      hooks: (graph) => baseHooks(graph, tensors),
      config: luthierConfig("full", {}),
      merge: replaceBase,
    });
  },
  readConfig: () => ({}),
};
