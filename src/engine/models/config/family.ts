import * as v from "valibot";
import { LuthierError } from "../../../lib/errors";
import { isRecord } from "../../../lib/json";
import type { RefusedSetting } from "../../../lib/problems/models-problems";
import type { ModelSpec } from "../../nn/model-spec";
import { ATTENTION_DROPOUT, type DropoutKeys, readDropout } from "./dropout";
import { type Fields, readFields, type Values } from "./fields";
import {
  COMMON_NO_EFFECT,
  COMMON_REFUSED,
  type NoEffectKeys,
  type NoEffectReason,
  type RefusedKeys,
} from "./keys";

type Config = Readonly<Record<string, unknown>>;

/** All keys of a family's configuration class, and their aliases. */
export interface FamilyKeys {
  /** Class in transformers. */
  readonly className: string;
  /** Keys that are read, with their default. */
  readonly used: Readonly<Record<string, unknown>>;
  readonly noEffect: Readonly<Record<string, NoEffectReason>>;
  /** Unsupported settings, with the values that disable them. */
  readonly refused: RefusedKeys;
  readonly aliases: Readonly<Record<string, string>>;
}

/** A model family: converts config.json to a model specification. */
export interface Family {
  readonly keys: FamilyKeys;
  /** The family of a nested language model's config, and the key of that config. */
  readonly inner?: { readonly key: string; readonly family: Family };
  /** @throws LuthierError("model") for invalid values and unsupported settings */
  describe(config: Config): ModelSpec;
}

interface FamilyDefinition<Used extends Fields> {
  readonly className: string;
  readonly used: Used;
  /** The class's `attribute_map`: aliases of keys. An alias takes precedence. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Dropout sites; by default attention probabilities only. */
  readonly dropout?: DropoutKeys;
  readonly noEffect?: NoEffectKeys;
  readonly refused?: RefusedKeys;
  /** `config` is the raw file, for behaviour that depends on the presence of a key. */
  describe(values: Values<Used>, config: Config): ModelSpec;
}

/** Defines a family by the keys of its configuration class. */
export function defineFamily<const Used extends Fields>(definition: FamilyDefinition<Used>): Family {
  const { className, used, aliases = {}, dropout = ATTENTION_DROPOUT, describe } = definition;
  const refused = { ...COMMON_REFUSED, ...definition.refused };
  const shares = Object.fromEntries(Object.values(dropout));
  const own = new Set([...Object.keys(used), ...Object.keys(shares), ...Object.keys(refused)]);
  const noEffect = Object.fromEntries(
    [...reasonsByKey(COMMON_NO_EFFECT), ...reasonsByKey(definition.noEffect ?? {})].filter(
      ([key]) => !own.has(key),
    ),
  );
  const fallbacks = Object.entries(used).map(([key, { fallback }]) => [key, fallback]);
  const read = { ...Object.fromEntries(fallbacks), ...shares, quantization_config: null };
  return {
    keys: { className, used: read, noEffect, refused, aliases },
    describe(config) {
      checkSettings(refused, config);
      checkQuantisation(config.quantization_config);
      const resolved = resolveAliases(config, aliases);
      const spec = describe(readFields(used, resolved), config);
      return { ...spec, dropout: readDropout(dropout, resolved) };
    },
  };
}

function reasonsByKey(keys: NoEffectKeys): (readonly [string, NoEffectReason])[] {
  return Object.entries(keys).flatMap(([reason, names]) =>
    names.map((name) => [name, reason as NoEffectReason] as const),
  );
}

/** transformers assigns aliases after all fields, so an alias wins. */
function resolveAliases(config: Config, aliases: Readonly<Record<string, string>>): Config {
  const named = Object.entries(aliases).filter(([alias]) => Object.hasOwn(config, alias));
  return { ...config, ...Object.fromEntries(named.map(([alias, key]) => [key, config[alias]])) };
}

function checkSettings(refused: RefusedKeys, config: Config): void {
  for (const [setting, off] of Object.entries(refused)) {
    const value = config[setting];
    if (value === undefined || off.includes(value) || isHollow(value)) continue;
    throw new LuthierError({ code: "model/config-setting", setting: setting as RefusedSetting });
  }
}

const quantisation = v.looseObject({ quant_method: v.optional(v.string(), "bitsandbytes") });

/** bitsandbytes weights are recognised by their tensors; other methods use unsupported formats. */
function checkQuantisation(value: unknown): void {
  if (isEmpty(value)) return;
  const parsed = v.safeParse(quantisation, value);
  const method = parsed.success ? parsed.output.quant_method : JSON.stringify(value);
  if (method !== "bitsandbytes") throw new LuthierError({ code: "model/quantised-otherwise", method });
}

/**
 * Keys that neither transformers nor the engine reads for this family, with values that are not trivially off.
 * Reported, since the model's author may have relied on them.
 */
export function unreadKeys({ used, noEffect, refused, aliases }: FamilyKeys, config: Config): string[] {
  const known = [used, noEffect, refused, aliases];
  return Object.keys(config).filter(
    (key) => !known.some((list) => Object.hasOwn(list, key)) && !isEmpty(config[key]),
  );
}

/** Null, false, 0, "", [] and {}. */
function isEmpty(value: unknown): boolean {
  return !value || isHollow(value);
}

function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
