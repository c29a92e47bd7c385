import { defined } from "../../../lib/invariant";
import type { AdaptersField } from "../../../shared/fields";
import type { Expert } from "../../../shared/methods";
import type { HostTensor, ParameterSpec } from "../common/method";
import { optionError } from "../common/option-reader";

/** An adapter's frozen experts are stored among its parameters, each under its own prefix. */

/** Prefix of an expert's tensor names. */
export function expertPrefix(index: number): string {
  return `experts.${index}.`;
}

/** An expert's parameters as fixed parameters of the enclosing adapter, initialised to the trained values. */
export function frozenParameters(index: number, parameters: readonly ParameterSpec[]): ParameterSpec[] {
  return parameters.map(({ name: own, shape }) => {
    const name = expertPrefix(index) + own;
    return { name, shape, fixed: true, init: ({ experts }) => defined(experts.get(name), name).data.slice() };
  });
}

/** Combines the experts' tensors, named as in their own files, into parameters of the enclosing adapter. */
export function expertValues(experts: readonly ReadonlyMap<string, HostTensor>[]): Map<string, HostTensor> {
  return new Map(
    experts.flatMap((tensors, index) =>
      [...tensors].map(([name, tensor]) => [expertPrefix(index) + name, tensor] as const),
    ),
  );
}

/** Values of one expert, named as in its own file. */
export function valuesOfExpert(
  index: number,
  values: ReadonlyMap<string, HostTensor>,
): Map<string, HostTensor> {
  const prefix = expertPrefix(index);
  return new Map(
    [...values].flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
    ),
  );
}

/** Values that belong to no expert. */
export function withoutExperts(values: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  return new Map([...values].filter(([name]) => !/^experts\.\d+\./.test(name)));
}

/** Errors, at the field: too few or too many experts. */
export function checkExpertCount({ name, min, max }: AdaptersField, experts: readonly Expert[]): void {
  const chosen = experts.length;
  if (chosen >= min && chosen <= max) return;
  throw optionError(name, { code: "config/adapter-count", option: name, min, max, chosen });
}
