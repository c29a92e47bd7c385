import type { AdaptersField, Field } from "../fields";

/** Bottleneck options, named as in the adapters library (BnConfig). The kinds differ in their default activation. */
function bottleneckFields(nonLinearity: "swish" | "relu") {
  return [
    {
      name: "reduction_factor",
      type: "number",
      default: 16,
      min: 0,
      exclusiveMin: true,
      max: 16384,
      level: "basic",
    },
    {
      name: "non_linearity",
      type: "select",
      default: nonLinearity,
      choices: ["relu", "swish", "gelu", "tanh"],
      level: "basic",
    },
    {
      name: "dropout",
      type: "number",
      default: 0,
      min: 0,
      max: 0.9,
      level: "basic",
    },
    {
      name: "init_weights",
      type: "select",
      default: "bert",
      choices: ["bert", "mam_adapter"],
      level: "advanced",
    },
  ] as const satisfies readonly Field[];
}

/** Houlsby options. */
export const houlsbyFields = bottleneckFields("swish");

/** Pfeiffer options. */
export const pfeifferFields = bottleneckFields("relu");

/** MAD-X language adapter options (SeqBnInvConfig in the adapters library). */
export const madXLanguageFields = [
  ...pfeifferFields,
  {
    name: "inv_adapter_reduction_factor",
    type: "number",
    default: 2,
    min: 0,
    exclusiveMin: true,
    max: 16384,
    level: "advanced",
  },
] as const satisfies readonly Field[];

/** The language adapter under a task adapter. */
export const languageAdapterField = {
  name: "language_adapter",
  type: "adapters",
  default: "",
  methods: ["mad-x-language"],
  min: 1,
  max: 1,
  level: "basic",
} as const satisfies AdaptersField;

/** MAD-X task adapter options. */
export const madXTaskFields = [languageAdapterField, ...pfeifferFields] as const;
