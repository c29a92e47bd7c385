import type { AdapterState } from "../engine/adapters/adapter-state";
import type { FolderAdapter } from "../engine/adapters/from-folder";
import type { Adapter } from "../engine/adapters/common/method";
import { methods } from "../engine/adapters/registry";
import { sameShape } from "../engine/graph/value";
import type { ModelSpec } from "../engine/nn/model-spec";
import type { Moments, Trainer } from "../engine/train/trainer";
import { checkOptimizer, optimizerFile, readOptimizerFile } from "../export/optimizer-file";
import { type ByteSource, bytesSource } from "../formats/byte-source";
import { OPTIMIZER_FILE, type PeftFolder } from "../formats/peft-folder";
import { LuthierError } from "../lib/errors";
import type { MethodChoice } from "../shared/methods";
import { loadOptimizer } from "../storage/adapters";
import type { AdapterHost } from "./kept-adapter";

/** Larger states are not saved: that of a fully fine-tuned model would fill the disk. */
const MAX_STATE_BYTES = 2 ** 28;

/** Serialises the optimizer state after a run, or returns null if it is too large or nothing was trained. */
export async function keptOptimizer(
  trainer: Trainer,
  state: AdapterState,
  method: MethodChoice,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (trainer.stepCount === 0 || 8 * state.length > MAX_STATE_BYTES) return null;
  return optimizerFile(state.adapter, method, await state.read(), await trainer.moments());
}

/** The saved optimizer state of an adapter, or null. */
export async function findOptimizer(
  { unsaved }: Pick<AdapterHost, "unsaved">,
  id: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const inMemory = unsaved.find(id);
  return inMemory ? (inMemory.optimizer ?? null) : loadOptimizer(id);
}

/** The initial moments of a run that continues from an adapter, or null. */
export async function momentsOf(
  session: Pick<AdapterHost, "unsaved">,
  id: string,
  adapter: Adapter,
): Promise<Moments | null> {
  const bytes = await findOptimizer(session, id);
  if (!bytes) return null;
  const file = await readOptimizerFile(bytesSource(OPTIMIZER_FILE, bytes));
  checkOptimizer(adapter, file);
  return file.moments;
}

/** An adapter as trained, with its serialised optimizer state. */
export interface ResumableAdapter extends FolderAdapter {
  readonly steps: number;
  readonly optimizer: Uint8Array<ArrayBuffer>;
}

/**
 * Reads the adapter exported in a folder with the optimizer state beside it.
 * @throws LuthierError if the file is damaged or belongs to another adapter
 */
export async function withOptimizer(
  found: FolderAdapter,
  { tensors }: PeftFolder,
  source: ByteSource,
  model: ModelSpec,
): Promise<ResumableAdapter> {
  const file = await readOptimizerFile(source);
  const { id, options } = file.method;
  // Methods that build on other adapters refer to them by their names in the folder.
  const method = found.method.experts ? found.method : { id, options };
  const adapter = methods[method.id].bind(method.options, model, method.experts);
  const values = file.parameters ?? found.values;
  const isOwn = file.parameters
    ? haveSameShapes(adapter.exportTensors(file.parameters), tensors)
    : id === found.method.id;
  if (!isOwn) {
    throw new LuthierError({ code: "adapter/foreign-optimizer", file: source.name, method: id });
  }
  checkOptimizer(adapter, { ...file, parameters: values });
  const optimizer = await source.read(0, source.sizeBytes);
  return { method, adapter, values, steps: file.moments.steps, optimizer };
}

type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

function haveSameShapes(a: Shapes, b: Shapes): boolean {
  return a.size === b.size && [...a].every(([name, { shape }]) => sameShape(shape, b.get(name)?.shape ?? []));
}
