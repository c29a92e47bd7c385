import type { AdaptersField, Field } from "../fields";

/** The options of a bottleneck under the adapters library's names (BnConfig); the two kinds differ in their function. */
function bottleneckFields(nonLinearity: "swish" | "relu"): readonly Field[] {
  return [
    {
      name: "reduction_factor",
      type: "number",
      default: 16,
      min: 0,
      exclusiveMin: true,
      max: 16384,
      level: "basic",
      hint: "The hidden size divided by this is the bottleneck's width. Smaller is wider: it learns more and costs more.",
    },
    {
      name: "non_linearity",
      type: "select",
      default: nonLinearity,
      choices: [
        { value: "relu", label: "relu" },
        { value: "swish", label: "swish" },
        { value: "gelu", label: "gelu" },
        { value: "tanh", label: "tanh" },
      ],
      level: "basic",
      hint: "The function between the two layers. The default is the method's own; the others rarely matter.",
    },
    {
      name: "dropout",
      type: "number",
      default: 0,
      min: 0,
      max: 0.9,
      level: "basic",
      hint: "Share of the bottleneck's output dropped while training, against learning by heart.",
    },
    {
      name: "init_weights",
      type: "select",
      default: "bert",
      choices: [
        { value: "bert", label: "bert: normal(0, 0.02), close to the base model" },
        { value: "mam_adapter", label: "mam_adapter: exactly the base model" },
      ],
      level: "advanced",
      hint: "How the layers start. Both start gently; mam_adapter begins exactly where the base model is.",
    },
  ];
}

/** Houlsby's options. */
export const houlsbyFields: readonly Field[] = bottleneckFields("swish");

/** Pfeiffer's options. */
export const pfeifferFields: readonly Field[] = bottleneckFields("relu");

/** Those of MAD-X's language adapter (the library's SeqBnInvConfig). */
export const madXLanguageFields: readonly Field[] = [
  ...pfeifferFields,
  {
    name: "inv_adapter_reduction_factor",
    type: "number",
    default: 2,
    min: 0,
    exclusiveMin: true,
    max: 16384,
    level: "advanced",
    hint: "Half the hidden size divided by this is the width within the invertible adapter. Larger is smaller and learns less of the language.",
  },
];

/** The language adapter that a task adapter stands on. */
export const languageAdapterField = {
  name: "language_adapter",
  type: "adapters",
  default: "",
  methods: ["mad-x-language"],
  min: 1,
  max: 1,
  level: "basic",
  hint: "The language adapter under the task's, which stays as it is. Train one first with the method MAD-X language adapter, or load one.",
} as const satisfies AdaptersField;

/** Those of MAD-X's task adapter. */
export const madXTaskFields: readonly Field[] = [languageAdapterField, ...pfeifferFields];
