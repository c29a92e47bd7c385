import type { PeftFolder, PeftTensor } from "../../formats/peft-folder";
import { LuthierError } from "../../lib/errors";
import type { MethodChoice } from "../../shared/methods";
import type { ModelSpec } from "../nn/model-spec";
import type { Adapter, HostTensor } from "./common/method";
import { methodOfConfig, methods } from "./registry";
import { checkTaskType } from "./common/task-type";

/** An adapter read from files, bound to a model. */
export interface FolderAdapter {
  readonly method: MethodChoice;
  readonly adapter: Adapter;
  readonly values: ReadonlyMap<string, HostTensor>;
}

/**
 * The adapter that a folder holds. Errors: a method or a setting that the studio does not have, a task that is not the
 * model's, a missing expert.
 */
export function adapterFromFolder(folder: PeftFolder, model: ModelSpec): FolderAdapter {
  checkTaskType(folder.config, model);
  const id = methodOfConfig(folder.config);
  const { expertFolders, bind, readConfig } = methods[id];
  const wanted = expertFolders?.(folder.config) ?? [];
  const experts = wanted.map((name) => expertFolder(folder, name));
  const [other] = (folder.experts ?? []).filter(({ name }) => !wanted.includes(name));
  if (other && wanted.length === 0) {
    throw new LuthierError({ code: "adapter/folder-within", folder: other.name });
  }
  const options = readConfig(folder.config);
  const named = experts.map(({ name, config }) => ({ name, config }));
  const method = { id, options, ...(named.length > 0 && { experts: named }) };
  const adapter = bind(options, model, named);
  const values = adapter.importTensors(
    copied(folder.tensors),
    experts.map(({ tensors }) => copied(tensors)),
  );
  return { method, adapter, values };
}

function expertFolder({ experts = [] }: PeftFolder, wanted: string): NonNullable<PeftFolder["experts"]>[0] {
  const found = experts.find(({ name }) => name === wanted);
  if (found) return found;
  throw new LuthierError({ code: "adapter/folder-missing", folder: wanted });
}

function copied(tensors: ReadonlyMap<string, PeftTensor>): Map<string, HostTensor> {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
}
