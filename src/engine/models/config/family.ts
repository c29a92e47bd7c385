import * as v from "valibot";
import { LuthierError } from "../../../lib/errors";
import { isRecord } from "../../../lib/json";
import type { RefusedSetting } from "../../../lib/problems/models-problems";
import type { ModelSpec } from "../../nn/model-spec";
import { ATTENTION_DROPOUT, type DropoutKeys, readDropout } from "./dropout";
import { type Fields, readFields, type Values } from "./fields";
import { COMMON_IDLE, COMMON_REFUSED, type IdleKeys, type IdleReason, type RefusedKeys } from "./keys";

type Config = Readonly<Record<string, unknown>>;

/** Every key of a family's configuration class, in one of three lists, and aliases of the keys. */
export interface FamilyKeys {
  /** The class of transformers. */
  readonly className: string;
  /** Keys that are read, with the class's own default. */
  readonly used: Readonly<Record<string, unknown>>;
  readonly idle: Readonly<Record<string, IdleReason>>;
  /** Settings that are refused, with the values that leave them off. */
  readonly refused: RefusedKeys;
  readonly aliases: Readonly<Record<string, string>>;
}

/** A model family: how its config.json becomes a description of the model. */
export interface Family {
  readonly keys: FamilyKeys;
  /** The family of a configuration within this one, and the key that it stands at. */
  readonly inner?: { readonly key: string; readonly family: Family };
  /** @throws LuthierError("model") for values that cannot be, and settings that the engine does not have */
  describe(config: Config): ModelSpec;
}

interface FamilyDefinition<Used extends Fields> {
  readonly className: string;
  readonly used: Used;
  /** The class's `attribute_map`: a key under another name, which wins where both are there. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** What it drops in training; attention probabilities only where it does not say. */
  readonly dropout?: DropoutKeys;
  readonly idle?: IdleKeys;
  readonly refused?: RefusedKeys;
  /** `config` is the file as it stands, for what depends on whether a key is there. */
  describe(values: Values<Used>, config: Config): ModelSpec;
}

/** Makes a family of the keys that it reads and those that it does not. */
export function defineFamily<const Used extends Fields>(definition: FamilyDefinition<Used>): Family {
  const { className, used, aliases = {}, dropout = ATTENTION_DROPOUT, describe } = definition;
  const refused = { ...COMMON_REFUSED, ...definition.refused };
  const shares = Object.fromEntries(Object.values(dropout));
  const own = new Set([...Object.keys(used), ...Object.keys(shares), ...Object.keys(refused)]);
  const idle = Object.fromEntries(
    [...reasonsByKey(COMMON_IDLE), ...reasonsByKey(definition.idle ?? {})].filter(([key]) => !own.has(key)),
  );
  const fallbacks = Object.entries(used).map(([key, { fallback }]) => [key, fallback]);
  const read = { ...Object.fromEntries(fallbacks), ...shares, quantization_config: null };
  return {
    keys: { className, used: read, idle, refused, aliases },
    describe(config) {
      checkSettings(refused, config);
      checkQuantisation(config.quantization_config);
      const resolved = resolveAliases(config, aliases);
      const spec = describe(readFields(used, resolved), config);
      return { ...spec, dropout: readDropout(dropout, resolved) };
    },
  };
}

function reasonsByKey(keys: IdleKeys): (readonly [string, IdleReason])[] {
  return Object.entries(keys).flatMap(([reason, names]) =>
    names.map((name) => [name, reason as IdleReason] as const),
  );
}

/** transformers sets attributes by their aliases after all fields, so that an alias wins. */
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

/** What bitsandbytes stored is known by its tensors; other methods have formats of their own. */
function checkQuantisation(value: unknown): void {
  if (isEmpty(value)) return;
  const parsed = v.safeParse(quantisation, value);
  const method = parsed.success ? parsed.output.quant_method : JSON.stringify(value);
  if (method !== "bitsandbytes") throw new LuthierError({ code: "model/quantised-otherwise", method });
}

/**
 * Keys of a config.json that neither transformers nor the engine reads in this family, and that are not plainly off:
 * worth telling, as whoever wrote them meant something by them.
 */
export function unreadKeys({ used, idle, refused, aliases }: FamilyKeys, config: Config): string[] {
  const known = [used, idle, refused, aliases];
  return Object.keys(config).filter(
    (key) => !known.some((list) => Object.hasOwn(list, key)) && !isEmpty(config[key]),
  );
}

/** Null, false, 0, "", and what holds nothing. */
function isEmpty(value: unknown): boolean {
  return !value || isHollow(value);
}

function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
