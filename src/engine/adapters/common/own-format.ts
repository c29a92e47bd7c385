import type { Field, FieldValues } from "../../../shared/fields";
import type { MethodId } from "../../../shared/methods";

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

/** The options of such a file; what is not of the field's kind is left to the fields to refuse. */
export function readOwnOptions(
  fields: readonly Field[],
  config: Readonly<Record<string, unknown>>,
): FieldValues {
  const options = (config.options ?? {}) as Readonly<Record<string, unknown>>;
  const known = fields.flatMap(({ name }) => {
    const value = options[name];
    const isValue = typeof value === "number" || typeof value === "boolean" || typeof value === "string";
    return isValue ? [[name, value] as const] : [];
  });
  return Object.fromEntries(known);
}
