import type { Field } from "../fields";
import { prefixInitField, virtualTokensField } from "./prefix-tuning";

/** P-tuning v2 options, named as in PEFT (PrefixTuningConfig), plus dropout, which PEFT lacks. */
export const pTuningV2Fields = [
  virtualTokensField,
  {
    name: "prefix_dropout",
    type: "number",
    default: 0.1,
    min: 0,
    max: 0.9,
    level: "basic",
  },
  prefixInitField,
] as const satisfies readonly Field[];
