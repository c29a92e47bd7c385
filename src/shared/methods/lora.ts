import type { Field } from "../fields";
import {
  excludeModulesField,
  layersPatternField,
  layersToTransformField,
  rankPatternField,
  targetModulesField,
} from "./targeting";

/** LoRA's options under PEFT's names (LoraConfig). */
export const loraFields = [
  {
    name: "r",
    type: "integer",
    default: 8,
    min: 1,
    max: 1024,
    level: "basic",
  },
  {
    name: "lora_alpha",
    type: "number",
    default: 16,
    min: 0,
    exclusiveMin: true,
    max: 4096,
    level: "basic",
  },
  {
    name: "lora_dropout",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "basic",
  },
  { ...targetModulesField, ends: true },
  {
    name: "bias",
    type: "select",
    default: "none",
    choices: ["none", "lora_only", "all"],
    level: "basic",
  },
  {
    name: "use_rslora",
    type: "boolean",
    default: false,
    level: "basic",
  },
  {
    name: "use_dora",
    type: "boolean",
    default: false,
    level: "basic",
  },
  {
    name: "loraplus_lr_ratio",
    type: "number",
    default: 1,
    min: 1,
    max: 64,
    level: "advanced",
  },
  {
    name: "init_lora_weights",
    type: "select",
    default: "true",
    choices: ["true", "gaussian", "pissa", "olora"],
    level: "advanced",
  },
  {
    name: "lora_bias",
    type: "boolean",
    default: false,
    level: "advanced",
  },
  excludeModulesField,
  rankPatternField,
  {
    name: "alpha_pattern",
    type: "patterns",
    default: "",
    level: "advanced",
  },
  layersToTransformField,
  layersPatternField,
  {
    name: "modules_to_save",
    type: "text",
    default: "",
    level: "advanced",
  },
] as const satisfies readonly Field[];
