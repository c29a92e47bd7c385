import { LuthierError } from "../../../lib/errors";
import { f32 } from "../../graph/value";
import { declareWeights } from "../../nn/model-spec";
import { refuseUnless } from "../common/config-check";
import { defineAdapter } from "../common/define-adapter";
import type { BaseChange, Method } from "../common/method";
import { taskType } from "../common/task-type";

/** PEFT's target_modules for a LoRA without target layers. */
const NO_TARGETS = "dummy-target-modules";

const PREFIX = "base_model.model.";

/**
 * BitFit (Ben Zaken et al. 2021, arXiv 2106.10199): trains only the biases. PEFT's equivalent is a LoRA without target
 * layers and `bias: "all"`, whose file holds the trained biases.
 */
export const bitfit: Method = {
  peftType: "LORA",
  reads: (config) => config.peft_type === "LORA" && config.target_modules === NO_TARGETS,
  bind(_values, model) {
    const biases = declareWeights(model).filter(({ name }) => name.endsWith(".bias"));
    if (biases.length === 0) throw new LuthierError({ code: "config/no-biases", family: model.family });
    const names = new Set(biases.map(({ name }) => name));
    return defineAdapter({
      parameters: biases.map(({ name, shape }) => ({
        name: `${PREFIX}${name}`,
        shape,
        init: ({ baseVector }) => baseVector(name),
      })),
      hooks: (graph) => ({
        vector: (name, length) => (names.has(name) ? graph.parameter(`${PREFIX}${name}`, f32(length)) : null),
      }),
      config: {
        peft_type: "LORA",
        task_type: taskType(model),
        r: 1,
        lora_alpha: 1,
        lora_dropout: 0,
        target_modules: NO_TARGETS,
        bias: "all",
        fan_in_fan_out: false,
        modules_to_save: null,
        init_lora_weights: true,
      },
      merge: (trained) =>
        new Map(
          [...trained].map(([name, tensor]): [string, BaseChange] => [
            name.slice(PREFIX.length),
            () => tensor,
          ]),
        ),
    });
  },
  readConfig(config) {
    refuseUnless(config, { bias: ["all"], modules_to_save: [null] });
    return {};
  },
};
