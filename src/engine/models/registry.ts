import { LuthierError } from "../../lib/errors";
import { isRecord } from "../../lib/json";
import { otherKind } from "../../lib/model-kind";
import { type Family, unreadKeys } from "./config/family";
import type { ModelSpec } from "../nn/model-spec";
import { bloom } from "./bloom";
import { gemma3 } from "./gemma3";
import { gemma3WithPictures } from "./gemma3-with-pictures";
import { gpt2 } from "./gpt2";
import { granite } from "./granite";
import { gptNeox } from "./gpt-neox";
import { llama } from "./llama";
import { mistral } from "./mistral";
import { olmo2 } from "./olmo2";
import { opt } from "./opt";
import { phi3 } from "./phi3";
import { qwen2 } from "./qwen2";
import { qwen3 } from "./qwen3";
import { smollm3 } from "./smollm3";
import { starcoder2 } from "./starcoder2";
import { mt5, t5 } from "./t5";

/** Families by `model_type`. */
export const families = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma3_text: gemma3,
  gemma3: gemma3WithPictures,
  phi3,
  smollm3,
  granite,
  olmo2,
  starcoder2,
  gpt_neox: gptNeox,
  gpt2,
  opt,
  bloom,
  t5,
  mt5,
} as const satisfies Readonly<Record<string, Family>>;

type FamilyId = keyof typeof families;
type Config = Readonly<Record<string, unknown>>;

/** Model specification of a config.json. Errors: an unsupported family, an invalid setting. */
export function describeModel(config: Config): ModelSpec {
  return familyOf(config).describe(config);
}

/** Keys of a config.json that neither transformers nor the engine reads, with values that are not trivially off. */
export function unreadConfigKeys(config: Config): string[] {
  const { keys, inner }: Family = familyOf(config);
  const within = inner && config[inner.key];
  const innerKeys = inner && isRecord(within) ? unreadKeys(inner.family.keys, within) : [];
  return [...unreadKeys(keys, config), ...innerKeys.map((key) => `${inner?.key}.${key}`)];
}

function familyOf({ model_type: type }: Config): Family {
  if (typeof type === "string" && Object.hasOwn(families, type)) return families[type as FamilyId];
  const modelType = JSON.stringify(type) ?? null;
  const kind = typeof type === "string" ? otherKind(type) : null;
  throw new LuthierError({ code: "model/unknown-family", modelType, kind, known: Object.keys(families) });
}
