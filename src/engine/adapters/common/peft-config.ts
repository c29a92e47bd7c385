import type * as v from "valibot";
import { parse } from "valibot";
import { LuthierError } from "../../../lib/errors";
import { isRecord } from "../../../lib/json";
import { readSaved } from "./saved-options";

type Config = Readonly<Record<string, unknown>>;

/**
 * Why a key of adapter_config.json has no effect here:
 * - "bookkeeping": it names the adapter, its base model or the software that wrote it
 * - "start": it says how the tensors were initialised, and the file holds what they became
 * - "from-model": it repeats what the base model says
 * - "other-layers": it concerns layer types that language models do not have
 * - "with-another": it is read only where another key, which is refused, is set
 */
export type IdleReason = "bookkeeping" | "start" | "from-model" | "other-layers" | "with-another";

type IdleKeys = Readonly<Partial<Record<IdleReason, readonly string[]>>>;

/** Every key of a PEFT configuration class, in one of three lists. */
export interface PeftKeys {
  /** PEFT's class. */
  readonly className: string;
  /** Keys that are read, with the value of a missing key; null where a file must have the key. */
  readonly used: Readonly<Record<string, unknown>>;
  readonly idle: Readonly<Record<string, IdleReason>>;
  /** Keys that are refused, with the values that leave them off besides null and what is empty. */
  readonly refused: Readonly<Record<string, readonly unknown[]>>;
}

/** How a method reads adapter_config.json. */
export interface PeftConfig<Entries extends v.ObjectEntries> {
  readonly keys: PeftKeys;
  /** The keys that are used. @throws LuthierError("adapter") for refused settings, unknown keys and values of another type */
  read(config: Config): v.InferOutput<v.ObjectSchema<Entries, undefined>>;
}

/** Keys of PEFT's `PeftConfigMixin`, and what other trainers add to it. PEFT itself ignores `runtime_config` in a file. */
const COMMON_IDLE: readonly string[] = [
  "auto_mapping",
  "base_model_name_or_path",
  "inference_mode",
  "luthier_method",
  "peft_version",
  "revision",
  "runtime_config",
  "unsloth_fixed",
];

/** By these a file finds its method, before any method reads it. */
const READ_BEFORE = { peft_type: null, task_type: null };

/** Defines how a configuration class is read: which keys are used, which have no effect, which are refused. */
export function definePeftConfig<const Entries extends v.ObjectEntries>(definition: {
  readonly className: string;
  readonly used: Entries;
  readonly idle?: IdleKeys;
  readonly refused?: Readonly<Record<string, readonly unknown[]>>;
}): PeftConfig<Entries> {
  const { className, used, refused = {} } = definition;
  const idle: [string, IdleReason][] = COMMON_IDLE.map((key) => [key, "bookkeeping"]);
  for (const [reason, keys] of Object.entries(definition.idle ?? {})) {
    for (const key of keys) idle.push([key, reason as IdleReason]);
  }
  const defaults = Object.entries(used).map(([key, schema]) => [key, defaultOf(schema)] as const);
  const keys: PeftKeys = {
    className,
    used: { ...READ_BEFORE, ...Object.fromEntries(defaults) },
    idle: Object.fromEntries(idle),
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

function checkKeys({ used, idle, refused }: PeftKeys, config: Config): void {
  for (const [key, value] of Object.entries(config)) {
    if (Object.hasOwn(used, key) || Object.hasOwn(idle, key) || isEmpty(value)) continue;
    const off = Object.hasOwn(refused, key) ? refused[key] : null;
    if (off?.includes(value)) continue;
    const code = off ? "adapter/setting" : "adapter/unknown-setting";
    throw new LuthierError({ code, key, value: JSON.stringify(value) });
  }
}

/** Null, false, "", and what holds nothing. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
