import type { PeftFolder, PeftTensor } from "../../formats/peft-folder";
import { LuthierError } from "../../lib/errors";
import type { MethodChoice } from "../../shared/methods";
import type { ModelSpec } from "../nn/model-spec";
import type { Adapter, HostTensor, InitContext } from "./common/method";
import { methodOfConfig, methods } from "./registry";
import { checkTaskType } from "./common/task-type";

/** An adapter loaded from files, bound to a model. */
export interface FolderAdapter {
  readonly method: MethodChoice;
  readonly adapter: Adapter;
  readonly values: ReadonlyMap<string, HostTensor>;
}

/**
 * Loads the adapter of a folder. Errors: an unsupported method or setting, a task type other than the model's, a
 * missing expert.
 */
export function adapterFromFolder(folder: PeftFolder, model: ModelSpec): FolderAdapter {
  checkTaskType(folder.config, model);
  const id = methodOfConfig(folder.config);
  const { expertFolders, bind, readConfig, modelFacts = [] } = methods[id];
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
  checkModelFacts(modelFacts, folder.config, adapter.config);
  const values = adapter.importTensors(
    plainNames(copied(folder.tensors)),
    experts.map(({ tensors }) => plainNames(copied(tensors))),
  );
  return { method, adapter, values };
}

/**
 * Adds values derived from the base weights. PEFT saves PiSSA and OLoRA adapters without their initial factors, and
 * recomputes these from the base on loading.
 */
export async function withBaseInit(found: FolderAdapter, context: InitContext): Promise<FolderAdapter> {
  const values = new Map(found.values);
  for (const { name, shape, fromBase, init } of found.adapter.parameters) {
    if (fromBase && !values.has(name)) values.set(name, { shape, data: await init(context) });
  }
  return { ...found, values };
}

/** Tensor name in a live PEFT model, which includes the adapter name. */
const NAMED_TENSOR =
  /^(.*\.(?:lora_(?:A|B|embedding_A|embedding_B|magnitude_vector)|hada_[wt]\d(?:_[ab])?|lokr_[wt]\d(?:_[ab])?|ia3_l|modules_to_save))\.([^.]+)((?:\.[^.]+)*)$/;

/**
 * Removes the adapter name (usually "default") from tensors saved from a live model, giving PEFT's file names. Files
 * with several adapters are returned unchanged.
 */
function plainNames(tensors: Map<string, HostTensor>): Map<string, HostTensor> {
  const adapters = new Set<string>();
  const renamed = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    const [, module = "", adapter = "", rest = ""] = NAMED_TENSOR.exec(name) ?? [];
    const isPlain = module === "" || adapter === "weight" || adapter === "bias";
    if (!isPlain) adapters.add(adapter);
    const vector = module.endsWith(".lora_magnitude_vector") ? rest.replace(/^\.weight$/, "") : rest;
    renamed.set(isPlain ? name : module.replace(/\.modules_to_save$/, "") + vector, tensor);
  }
  return adapters.size === 1 && renamed.size === tensors.size ? renamed : tensors;
}

function checkModelFacts(keys: readonly string[], saved: Adapter["config"], own: Adapter["config"]): void {
  for (const key of keys) {
    const [value, expected] = [saved[key], own[key]];
    if (typeof value !== "number" || typeof expected !== "number" || value === expected) continue;
    throw new LuthierError({ code: "adapter/other-model", key, value, expected });
  }
}

function expertFolder({ experts = [] }: PeftFolder, wanted: string): NonNullable<PeftFolder["experts"]>[0] {
  const found = experts.find(({ name }) => name === wanted);
  if (found) return found;
  throw new LuthierError({ code: "adapter/folder-missing", folder: wanted });
}

function copied(tensors: ReadonlyMap<string, PeftTensor>): Map<string, HostTensor> {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
}
