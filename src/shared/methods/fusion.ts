import type { AdaptersField, Field } from "../fields";

/** The bottlenecks that are fused. */
export const fusedAdaptersField = {
  name: "adapters",
  type: "adapters",
  default: "",
  methods: ["houlsby", "pfeiffer"],
  min: 2,
  max: 16,
  level: "basic",
  hint: "Two or more trained bottleneck adapters of one kind, which stay as they are. Each one more makes every step and answer slower.",
} as const satisfies AdaptersField;

/** AdapterFusion's options under the adapters library's names (AdapterFusionConfig). */
export const fusionFields: readonly Field[] = [
  fusedAdaptersField,
  {
    name: "regularization",
    type: "boolean",
    default: true,
    level: "advanced",
    hint: "Pulls what is done to the adapters' sum towards nothing: 0.01 times the squared distance of each value matrix from identity. The loss that is shown is without it.",
  },
  {
    name: "dropout_prob",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
    hint: "Share of the scores dropped while training, so that no adapter is leant on alone.",
  },
];
