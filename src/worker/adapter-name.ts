import type { AdapterSummary } from "../shared/adapter";

/** `name`, or the first of "name 2", "name 3" … that is not taken in the library. */
export function freeName(library: readonly AdapterSummary[], name: string): string {
  const taken = new Set(library.map((summary) => summary.name));
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${String(number)}`)) number++;
  return `${name} ${String(number)}`;
}
