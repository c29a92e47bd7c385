import type { AdaptersField, Field } from "../fields";

/** The LoRA adapters to mix. */
export const loraExpertsField = {
  name: "adapters",
  type: "adapters",
  default: "",
  methods: ["lora"],
  min: 2,
  max: 16,
  level: "basic",
} as const satisfies AdaptersField;

/** X-LoRA options, named as in PEFT (XLoraConfig). */
export const xloraFields = [
  loraExpertsField,
  {
    name: "top_k_lora",
    type: "integer",
    default: 0,
    min: 0,
    max: 16,
    level: "basic",
  },
  {
    name: "layerwise_scalings",
    type: "boolean",
    default: false,
    level: "basic",
  },
  {
    name: "xlora_depth",
    type: "integer",
    default: 1,
    min: 1,
    max: 8,
    level: "basic",
  },
  {
    name: "xlora_size",
    type: "integer",
    default: 2048,
    min: 1,
    max: 16384,
    level: "advanced",
  },
  {
    name: "xlora_dropout_p",
    type: "number",
    default: 0.2,
    min: 0,
    max: 0.9,
    level: "advanced",
  },
  {
    name: "enable_softmax",
    type: "boolean",
    default: true,
    level: "advanced",
  },
  {
    name: "softmax_temperature",
    type: "number",
    default: 1,
    min: 0,
    exclusiveMin: true,
    max: 100,
    level: "advanced",
    when: { field: "enable_softmax", equals: true },
  },
  {
    name: "enable_softmax_topk",
    type: "boolean",
    default: false,
    level: "advanced",
  },
  {
    name: "scaling_pass_value",
    type: "number",
    default: 0,
    min: -10,
    max: 10,
    level: "advanced",
  },
  {
    name: "global_scaling_weight",
    type: "number",
    default: 1,
    min: -10,
    max: 10,
    level: "advanced",
  },
] as const satisfies readonly Field[];
