import type { AdaptersField, Field } from "../fields";

/** The adapters to fuse. */
export const fusedAdaptersField = {
  name: "adapters",
  type: "adapters",
  default: "",
  methods: ["houlsby", "pfeiffer"],
  min: 2,
  max: 16,
  level: "basic",
} as const satisfies AdaptersField;

/** AdapterFusion options, named as in the adapters library (AdapterFusionConfig). */
export const fusionFields = [
  fusedAdaptersField,
  {
    name: "regularization",
    type: "boolean",
    default: true,
    level: "advanced",
  },
  {
    name: "dropout_prob",
    type: "number",
    default: 0,
    min: 0,
    max: 0.9,
    level: "advanced",
  },
] as const satisfies readonly Field[];
