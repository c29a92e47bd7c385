import { LuthierError } from "../../lib/errors";
import type { MethodId } from "../../shared/methods";
import { pfeiffer } from "./bottleneck/pfeiffer";
import { houlsby } from "./bottleneck/houlsby";
import { bitfit } from "./base-tensors/bitfit";
import { diffPruning } from "./sparse/diff-pruning";
import { fishmask } from "./sparse/fishmask";
import { full } from "./base-tensors/full";
import { fusion } from "./composed/fusion";
import { ia3 } from "./ia3/ia3";
import { krona } from "./lycoris/krona";
import { lastLayers } from "./base-tensors/last-layers";
import { loha } from "./lycoris/loha";
import { lokr } from "./lycoris/lokr";
import { lora } from "./lora/lora";
import { madXLanguage } from "./bottleneck/mad-x-language";
import { madXTask } from "./composed/mad-x-task";
import type { Method } from "./common/method";
import { pTuning } from "./soft-prompt/p-tuning";
import { pTuningV2 } from "./soft-prompt/p-tuning-v2";
import { prefixTuning } from "./soft-prompt/prefix-tuning";
import { promptTuning } from "./soft-prompt/prompt-tuning";
import { xlora } from "./composed/xlora";
import { said } from "./said/said";

/** Methods by id. */
export const methods: Readonly<Record<MethodId, Method>> = {
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

/** The method of an adapter_config.json. Errors: an unsupported `peft_type`. */
export function methodOfConfig(config: Readonly<Record<string, unknown>>): MethodId {
  const entries = Object.entries(methods) as [MethodId, Method][];
  const entry =
    entries.find(([, method]) => method.reads?.(config)) ??
    entries.find(([, { peftType }]) => peftType !== null && peftType === config.peft_type);
  if (entry) return entry[0];
  const peftType = config.peft_type === undefined ? null : JSON.stringify(config.peft_type);
  const known = [...new Set(entries.flatMap(([, method]) => method.peftType ?? []))];
  throw new LuthierError({ code: "adapter/unknown-method", peftType, known });
}
