import { LuthierError } from "../../lib/errors";
import type { MethodId } from "../../spec/methods";
import { pfeiffer } from "./pfeiffer";
import { houlsby } from "./houlsby";
import { bitfit } from "./bitfit";
import { diffPruning } from "./diff-pruning";
import { fishmask } from "./fishmask";
import { full } from "./full";
import { fusion } from "./fusion";
import { ia3 } from "./ia3";
import { krona } from "./krona";
import { lastLayers } from "./last-layers";
import { loha } from "./loha";
import { lokr } from "./lokr";
import { lora } from "./lora";
import { madXLanguage } from "./mad-x-language";
import { madXTask } from "./mad-x-task";
import type { Method } from "./method";
import { pTuning } from "./p-tuning";
import { pTuningV2 } from "./p-tuning-v2";
import { prefixTuning } from "./prefix-tuning";
import { promptTuning } from "./prompt-tuning";
import { xlora } from "./xlora";
import { said } from "./said";

/** Methods by id; a new one is a file beside these and a line here. */
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

/** The method of an adapter_config.json. Errors: a `peft_type` the studio does not have. */
export function methodOfConfig(config: Readonly<Record<string, unknown>>): MethodId {
  const entries = Object.entries(methods) as [MethodId, Method][];
  const entry =
    entries.find(([, method]) => method.reads?.(config)) ??
    entries.find(([, { peftType }]) => peftType !== null && peftType === config.peft_type);
  if (entry) return entry[0];
  throw new LuthierError(
    "adapter",
    `adapter_config.json: peft_type is ${JSON.stringify(config.peft_type) ?? "missing"}, which Luthier cannot load.`,
    `It loads these: ${[...new Set(entries.flatMap(([, { peftType }]) => peftType ?? []))].join(", ")}.`,
  );
}
