import type * as v from "valibot";
import { parse } from "valibot";
import { LuthierError } from "../../../lib/errors";
import { isRecord } from "../../../lib/json";
import { readSaved } from "./saved-options";

type Config = Readonly<Record<string, unknown>>;

/**
 * Why a key of adapter_config.json has no effect here:
 * - "bookkeeping": names the adapter, its base model or the software that wrote it
 * - "start": controls initialisation; the file holds the trained tensors
 * - "from-model": repeats a property of the base model
 * - "other-layers": concerns layer types that language models do not have
 * - "with-another": only takes effect with another key, which is refused
 */
export type NoEffectReason = "bookkeeping" | "start" | "from-model" | "other-layers" | "with-another";

type NoEffectKeys = Readonly<Partial<Record<NoEffectReason, readonly string[]>>>;

/** All keys of a PEFT configuration class. */
export interface PeftKeys {
  readonly className: string;
  /** Keys that are read, with their default; null if required. */
  readonly used: Readonly<Record<string, unknown>>;
  readonly noEffect: Readonly<Record<string, NoEffectReason>>;
  /** Unsupported keys, with the values that disable them besides null and empty ones. */
  readonly refused: Readonly<Record<string, readonly unknown[]>>;
}

/** Reader of a configuration class. */
export interface PeftConfig<Entries extends v.ObjectEntries> {
  readonly keys: PeftKeys;
  /**
   * The used keys.
   *
   * @throws LuthierError("adapter") on refused settings, unknown keys and wrong types
   */
  read(config: Config): v.InferOutput<v.ObjectSchema<Entries, undefined>>;
}

/** Keys of PEFT's `PeftConfigMixin`, and additions by other trainers. PEFT itself ignores a saved `runtime_config`. */
const COMMON_NO_EFFECT: readonly string[] = [
  "auto_mapping",
  "base_model_name_or_path",
  "inference_mode",
  "luthier_method",
  "peft_version",
  "revision",
  "runtime_config",
  "unsloth_fixed",
];

/** Keys that select the method, before its config is read. */
const READ_BEFORE = { peft_type: null, task_type: null };

/** Declares which keys of a configuration class are used, which have no effect, and which are refused. */
export function definePeftConfig<const Entries extends v.ObjectEntries>(definition: {
  readonly className: string;
  readonly used: Entries;
  readonly noEffect?: NoEffectKeys;
  readonly refused?: Readonly<Record<string, readonly unknown[]>>;
}): PeftConfig<Entries> {
  const { className, used, refused = {} } = definition;
  const noEffect: [string, NoEffectReason][] = COMMON_NO_EFFECT.map((key) => [key, "bookkeeping"]);
  for (const [reason, keys] of Object.entries(definition.noEffect ?? {})) {
    for (const key of keys) noEffect.push([key, reason as NoEffectReason]);
  }
  const defaults = Object.entries(used).map(([key, schema]) => [key, defaultOf(schema)] as const);
  const keys: PeftKeys = {
    className,
    used: { ...READ_BEFORE, ...Object.fromEntries(defaults) },
    noEffect: Object.fromEntries(noEffect),
    refused,
  };
  return {
    keys,
    read(config) {
      checkKeys(keys, config);
      return readSaved(used, config);
    },
  };
}

function defaultOf(schema: v.ObjectEntries[string]): unknown {
  return schema.type === "nullish" ? parse(schema, undefined) : null;
}

function checkKeys({ used, noEffect, refused }: PeftKeys, config: Config): void {
  for (const [key, value] of Object.entries(config)) {
    if (Object.hasOwn(used, key) || Object.hasOwn(noEffect, key) || isEmpty(value)) continue;
    const off = Object.hasOwn(refused, key) ? refused[key] : null;
    if (off?.includes(value)) continue;
    const code = off ? "adapter/setting" : "adapter/unknown-setting";
    throw new LuthierError({ code, key, value: JSON.stringify(value) });
  }
}

/** Null, false, "", [] and {}. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
