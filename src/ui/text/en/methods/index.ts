import type { MethodGroup, MethodId } from "../../../../shared/methods";
import type { MethodText } from "../../option-texts";
import { lora, xlora } from "./lora";
import { ia3, krona, loha, lokr, said } from "./factors";
import { pTuning, pTuningV2, prefixTuning, promptTuning } from "./prompts";
import { bitfit, diffPruning, fishmask, full, lastLayers } from "./parts";
import { fusion, houlsby, madXLanguage, madXTask, pfeiffer } from "./bottlenecks";

/** All methods with their options. */
export const methods: { readonly [Id in MethodId]: MethodText<Id> } = {
  lora,
  loha,
  lokr,
  krona,
  said,
  ia3,
  "prefix-tuning": prefixTuning,
  "prompt-tuning": promptTuning,
  "p-tuning": pTuning,
  "p-tuning-v2": pTuningV2,
  bitfit,
  fishmask,
  "diff-pruning": diffPruning,
  "last-layers": lastLayers,
  full,
  houlsby,
  pfeiffer,
  "mad-x-language": madXLanguage,
  "mad-x-task": madXTask,
  fusion,
  xlora,
};

/** Method groups. */
export const methodGroups: Readonly<Record<MethodGroup, string>> = {
  reparameterised: "Reparameterised",
  scaling: "Scaling",
  "soft-prompts": "Soft prompts",
  parts: "Parts of the model",
  bottlenecks: "Bottleneck adapters",
};
