import type { HostTensor } from "../engine/adapters/common/method";
import { expertValues } from "../engine/adapters/composed/experts";
import { methods } from "../engine/adapters/registry";
import { LuthierError } from "../lib/errors";
import type { AdapterSummary } from "../shared/adapter";
import { type AdaptersField, chosenAdapters, expertHolder } from "../shared/fields";
import { type MethodChoice, methodSpecs } from "../shared/methods";
import type { RunConfig } from "../shared/training";
import { type AdapterHost, libraryOf, readAdapter } from "./kept-adapter";

/** The form field in which a method's adapters are chosen, or null if it builds on none. */
function adaptersField(method: MethodChoice): AdaptersField | null {
  return methodSpecs[method.id].fields.find((field) => field.type === "adapters") ?? null;
}

/**
 * Resolves the adapters named in a method's form against the loaded model's library, so that the method can be bound
 * without the library. Errors refer to the field.
 */
export async function withExperts(session: AdapterHost, method: MethodChoice): Promise<MethodChoice> {
  const field = adaptersField(method);
  if (!field || method.experts) return method;
  const library = await libraryOf(session);
  const value = method.options[field.name] ?? "";
  const holder = expertHolder(value);
  if (holder !== null) {
    const { experts } = findExpert(library, { ...field, methods: [method.id] }, holder).method;
    return experts ? { ...method, experts } : method;
  }
  const experts = chosenAdapters(value).map((id) => {
    const { name, method: own } = findExpert(library, field, id);
    const { config } = methods[own.id].bind(own.options, session.model.engine.spec, own.experts);
    return { name, config };
  });
  return { ...method, experts };
}

/** The method of a run. A run that continues from an adapter uses the experts stored with that adapter. */
export async function methodOfRun(session: AdapterHost, config: RunConfig): Promise<MethodChoice> {
  const { method, continueFrom } = config;
  if (continueFrom === null || !adaptersField(method)) return withExperts(session, method);
  const { method: kept } = (await readAdapter(session, continueFrom)).summary;
  return withExperts(session, kept.experts ? { ...method, experts: kept.experts } : method);
}

/**
 * Reads the weights of the adapters that a run's method builds on; see {@link expertValues}. Throws as
 * {@link withExperts}.
 */
export async function readExpertValues(
  session: AdapterHost,
  { method, continueFrom }: RunConfig,
): Promise<ReadonlyMap<string, HostTensor>> {
  const field = adaptersField(method);
  if (!field) return new Map();
  const value = method.options[field.name] ?? "";
  const holder = continueFrom ?? expertHolder(value);
  if (holder !== null) return (await readAdapter(session, holder)).values;
  const library = await libraryOf(session);
  const tensors: ReadonlyMap<string, HostTensor>[] = [];
  for (const id of chosenAdapters(value)) {
    const { adapter, values } = await readAdapter(session, findExpert(library, field, id).id);
    tensors.push(adapter.exportTensors(values));
  }
  return expertValues(tensors);
}

function findExpert(library: readonly AdapterSummary[], field: AdaptersField, id: string): AdapterSummary {
  const found = library.find((adapter) => adapter.id === id);
  const { name: option, methods: allowed } = field;
  if (!found) throw new LuthierError({ code: "config/adapter-not-of-model", option }, { field: option });
  const { name: adapter, method } = found;
  if (allowed.includes(method.id)) return found;
  throw new LuthierError(
    { code: "config/adapter-of-other-method", option, adapter, method: method.id, allowed },
    { field: option },
  );
}
