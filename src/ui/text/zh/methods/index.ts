import type { Text, Translation } from "../../translation";
import { fusion, houlsby, madXLanguage, madXTask, pfeiffer } from "./bottlenecks";
import { ia3, krona, loha, lokr, said } from "./factors";
import { lora, xlora } from "./lora";
import { bitfit, diffPruning, fishmask, full, lastLayers } from "./parts";
import { pTuning, pTuningV2, prefixTuning, promptTuning } from "./prompts";

/** All methods with their options. */
export const methods = {
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
} satisfies Translation<Text["methods"]>;

/** Method groups. */
export const methodGroups = {
  reparameterised: "重参数化",
  scaling: "缩放",
  "soft-prompts": "软提示",
  parts: "模型的一部分",
  bottlenecks: "瓶颈适配器",
} satisfies Translation<Text["methodGroups"]>;
