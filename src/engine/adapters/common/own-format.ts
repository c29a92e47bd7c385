import * as v from "valibot";
import { recordOf } from "../../../lib/schema";
import type { Field, FieldValues } from "../../../shared/fields";
import type { MethodId } from "../../../shared/methods";
import { readSaved } from "./saved-options";

/** The key of adapter_config.json by which methods outside PEFT know their own folders. */
const METHOD_KEY = "luthier_method";

/** The key alone, for a config that is otherwise another library's. */
export function ownMark(method: MethodId): Record<string, unknown> {
  return { [METHOD_KEY]: method };
}

/** The adapter_config.json of a method that PEFT does not have: its name and its options. */
export function ownConfig(method: MethodId, options: FieldValues): Record<string, unknown> {
  return { ...ownMark(method), options };
}

/** Whether an adapter_config.json has the key of some method. */
export function hasOwnMark(config: Readonly<Record<string, unknown>>): boolean {
  return METHOD_KEY in config;
}

/** Whether an adapter_config.json is that of a method outside PEFT. */
export function isOwnConfig(method: MethodId, config: Readonly<Record<string, unknown>>): boolean {
  return config[METHOD_KEY] === method;
}

/** The options of such a file that the form still has; their ranges are left to the fields to check. */
export function readOwnOptions(
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
