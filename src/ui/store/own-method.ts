import type { AdapterSummary } from "../../shared/adapter";
import { type MethodChoice, methodSpecs } from "../../shared/methods";

/** The method of an adapter. Its experts refer to the copies stored in it, which the library may no longer have. */
export function ownMethod({ id, method }: AdapterSummary): MethodChoice {
  const field = methodSpecs[method.id].fields.find(({ type }) => type === "adapters");
  if (!field) return method;
  return { id: method.id, options: { ...method.options, [field.name]: { within: id } } };
}
