import * as v from "valibot";
import { isRecord } from "../lib/json";
import { tryParse } from "../lib/schema";
import type { AnswerRules } from "../shared/answer-rules";
import {
  DEFAULTS,
  FOLLOWED_KEYS,
  NO_EFFECT_KEYS,
  type OwnSampling,
  RULE_KEYS,
  SAMPLING_KEYS,
  ZERO_IS_A_TOKEN,
} from "./generation-keys";

/** An entry that has no effect here. */
export interface UnreadEntry {
  readonly key: string;
  /** JSON. */
  readonly value: string;
}

/** The contents of generation_config.json. */
export interface Generation {
  /** Constraints on every answer. */
  readonly rules: AnswerRules;
  /** The model's sampling settings, as names of `GenerationOptions`; null if the file has none. */
  readonly ownSampling: OwnSampling | null;
  /** Entries with an effect in transformers but not here. */
  readonly unread: readonly UnreadEntry[];
}

/** Reads generation_config.json; malformed entries are reported as unread. */
export function readGeneration(
  generation: Readonly<Record<string, unknown>> | null,
  config: Readonly<Record<string, unknown>>,
): Generation {
  const entries = Object.entries(generation ?? {}).filter(([key, value]) => !isOff(key, value, config));
  const rules = entries.flatMap(([key, value]) => {
    const part = tryParse(RULE_KEYS[key] ?? v.never(), value).value;
    return part ? [[key, part] as const] : [];
  });
  const ownSampling = readSampling(generation ?? {});
  const followed = new Set([
    ...FOLLOWED_KEYS,
    ...NO_EFFECT_KEYS,
    ...rules.map(([key]) => key),
    ...(ownSampling?.keys ?? []),
  ]);
  return {
    rules: Object.assign({}, ...rules.map(([, part]) => part)) as AnswerRules,
    ownSampling: ownSampling?.values ?? null,
    unread: entries.flatMap(([key, value]) =>
      followed.has(key) ? [] : [{ key, value: JSON.stringify(value) }],
    ),
  };
}

/**
 * Sampling settings for the answer's form. As in transformers, decoding is greedy without do_sample, whatever the
 * temperature, and top_k defaults to 50 with it.
 */
function readSampling(generation: Readonly<Record<string, unknown>>): {
  readonly keys: readonly string[];
  readonly values: OwnSampling;
} | null {
  const draws = generation.do_sample === true;
  const offered = Object.entries(SAMPLING_KEYS).flatMap(([key, { name, schema, sampled, off }]) => {
    const read = tryParse(schema, generation[key]);
    if (sampled && !draws) return [];
    if (read.fault === null) return [{ key, name, value: read.value, says: read.value !== off }];
    return sampled ? [{ key: "", name, value: sampled.fallback, says: false }] : [];
  });
  const says = draws || offered.some((entry) => entry.says);
  if (!says) return null;
  const values = Object.fromEntries(offered.map(({ name, value }) => [name, value]));
  return {
    keys: ["do_sample", ...offered.map(({ key }) => key)],
    values: draws ? values : { temperature: 0, ...values },
  };
}

/** Whether an entry has no effect. */
function isOff(key: string, value: unknown, config: Readonly<Record<string, unknown>>): boolean {
  const isZero = !value && !(value === 0 && ZERO_IS_A_TOKEN.has(key));
  return isZero || isHollow(value) || DEFAULTS[key] === value || isStart(key, value, config);
}

/** The decoder starts with config.json's start token. */
function isStart(key: string, value: unknown, config: Readonly<Record<string, unknown>>): boolean {
  const start = config.decoder_start_token_id ?? config.pad_token_id ?? 0;
  return key === "decoder_start_token_id" && value === start;
}

function isHollow(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isRecord(value) && Object.keys(value).length === 0;
}
