import * as v from "valibot";
import { recordOf } from "../../../lib/schema";
import type { Field, FieldValues } from "../../../shared/fields";
import type { MethodId } from "../../../shared/methods";
import { readSaved } from "./saved-options";

/** adapter_config.json key that identifies methods that PEFT does not have. */
const METHOD_KEY = "luthier_method";

/** The identifying key alone, to be added to another library's config. */
export function luthierTag(method: MethodId): Record<string, unknown> {
  return { [METHOD_KEY]: method };
}

/** adapter_config.json of a method that PEFT does not have: its id and options. */
export function luthierConfig(method: MethodId, options: FieldValues): Record<string, unknown> {
  return { ...luthierTag(method), options };
}

/** Whether a config has the identifying key, for any method. */
export function hasLuthierTag(config: Readonly<Record<string, unknown>>): boolean {
  return METHOD_KEY in config;
}

/** Whether a config is identified as `method`. */
export function isLuthierConfig(method: MethodId, config: Readonly<Record<string, unknown>>): boolean {
  return config[METHOD_KEY] === method;
}

/** Options of such a config that the form still has; the fields check their ranges. */
export function readLuthierOptions(
  fields: readonly Field[],
  config: Readonly<Record<string, unknown>>,
): FieldValues {
  const { options } = readSaved(
    { options: recordOf(v.union([v.number(), v.boolean(), v.string()])) },
    config,
  );
  const names = new Set(fields.map(({ name }) => name));
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name)));
}
