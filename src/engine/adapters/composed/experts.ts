import { defined } from "../../../lib/invariant";
import type { AdaptersField } from "../../../shared/fields";
import type { Expert } from "../../../shared/methods";
import type { HostTensor, ParameterSpec } from "../common/method";
import { optionError } from "../common/option-reader";

/** Frozen adapters that another one builds on are among its parameters, each under a prefix of its own. */

/** What stands in front of the names of an expert's tensors. */
export function expertPrefix(index: number): string {
  return `experts.${index}.`;
}

/** An expert's parameters as fixed ones of the adapter that builds on it; they start as the expert was trained. */
export function frozenParameters(index: number, parameters: readonly ParameterSpec[]): ParameterSpec[] {
  return parameters.map(({ name: own, shape }) => {
    const name = expertPrefix(index) + own;
    return { name, shape, fixed: true, init: ({ experts }) => defined(experts.get(name), name).data.slice() };
  });
}

/** Tensors of experts, each by the names of its own file, as parameters of the adapter that builds on them. */
export function expertValues(experts: readonly ReadonlyMap<string, HostTensor>[]): Map<string, HostTensor> {
  return new Map(
    experts.flatMap((tensors, index) =>
      [...tensors].map(([name, tensor]) => [expertPrefix(index) + name, tensor] as const),
    ),
  );
}

/** The values of one expert under the names of its own file. */
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

/** The values that are no expert's. */
export function ownValues(values: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  return new Map([...values].filter(([name]) => !/^experts\.\d+\./.test(name)));
}

/** Errors, at the field: too few experts or too many. */
export function checkExpertCount({ name, min, max }: AdaptersField, experts: readonly Expert[]): void {
  const chosen = experts.length;
  if (chosen >= min && chosen <= max) return;
  throw optionError(name, { code: "config/adapter-count", option: name, min, max, chosen });
}
