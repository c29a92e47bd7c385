import { AdapterState } from "../engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import { methods } from "../engine/adapters/registry";
import type { LoadedModel } from "../engine/models/loaded-model";
import { mergeOnGpu } from "../engine/adapters/merged-model";
import { hostTensorFile, readHostTensors } from "../export/peft";
import { LuthierError } from "../lib/errors";
import type { AdapterSummary } from "../shared/adapter";
import { type PromptTemplate, templateOf } from "../shared/data";
import { findAdapter, listAdapters, loadAdapter, saveAdapter, type StoredAdapter } from "../storage/adapters";
import type { ActiveAdapter, AdapterRun } from "./active";
import type { Session } from "./session";

/** The parts of the session that manage adapters. */
export type AdapterHost = Pick<Session, "hasModel" | "model" | "heldAdapter" | "holdAdapter" | "unsaved">;

/** An adapter to save, with its serialised optimizer state if there is one. */
export interface NewAdapter extends ActiveAdapter {
  readonly optimizer?: Uint8Array<ArrayBuffer>;
}

/**
 * Saves an adapter on the GPU into the loaded model's library. If storage refuses it, it stays in memory and the page
 * is told.
 */
export async function keepAdapter(session: AdapterHost, adapter: NewAdapter): Promise<AdapterSummary> {
  const { run, state } = adapter;
  const stored = await readStored(session, adapter);
  let { optimizerBytes } = stored;
  try {
    optimizerBytes = await saveStored(stored);
    session.unsaved.release(stored.id);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    session.unsaved.hold(stored, error.problem);
  }
  const summary = { ...adapter.summary, ...(optimizerBytes !== undefined && { optimizerBytes }) };
  if (session.heldAdapter(summary.id)?.state === state) session.holdAdapter({ summary, run, state });
  return summary;
}

/** Saves an adapter's current values. Throws LuthierError("storage"), leaving an earlier version with its id intact. */
export async function saveNow(session: AdapterHost, adapter: NewAdapter): Promise<void> {
  await saveStored(await readStored(session, adapter));
}

/** Retries saving an adapter held in memory. Throws LuthierError("storage") and keeps holding it. */
export async function saveUnsaved({ unsaved }: Pick<AdapterHost, "unsaved">, id: string): Promise<void> {
  const adapter = unsaved.find(id);
  if (!adapter) return;
  await saveStored(adapter);
  unsaved.release(id);
}

async function readStored(
  session: AdapterHost,
  { summary, run, state, optimizer }: NewAdapter,
): Promise<StoredAdapter> {
  const values = hostTensorFile(await state.read());
  return {
    ...summary,
    modelId: session.model.summary.id,
    run,
    values,
    optimizerBytes: optimizer?.length ?? 0,
    ...(optimizer && { optimizer }),
  };
}

/** Falls back to saving without the optimizer state if only the adapter fits; returns the bytes saved. */
async function saveStored({ optimizer, ...stored }: StoredAdapter): Promise<number> {
  if (optimizer) {
    try {
      await saveAdapter({ ...stored, optimizer });
      return optimizer.length;
    } catch (error) {
      if (!isStorageError(error)) throw error;
    }
  }
  await saveAdapter({ ...stored, optimizerBytes: 0 });
  return 0;
}

function isStorageError(error: unknown): error is LuthierError {
  return error instanceof LuthierError && error.code === "storage";
}

/** A model's saved adapters, latest first. */
async function keptAdapters(modelId: string): Promise<AdapterSummary[]> {
  return (await listAdapters(modelId)).map(({ modelId: _model, run: _run, ...summary }) => summary);
}

/** A model's adapters, saved or held in memory, latest first. */
export async function adaptersOf(
  { unsaved }: Pick<AdapterHost, "unsaved">,
  modelId: string,
): Promise<AdapterSummary[]> {
  const inMemory = unsaved
    .of(modelId)
    .map(({ modelId: _model, run: _run, values: _values, optimizer: _optimizer, ...summary }) => summary);
  const ids = new Set(inMemory.map(({ id }) => id));
  const rest = (await keptAdapters(modelId)).filter(({ id }) => !ids.has(id));
  return [...inMemory, ...rest].sort((a, b) => b.savedAt - a.savedAt);
}

/** The loaded model's adapters, latest first. */
export async function libraryOf(session: AdapterHost): Promise<AdapterSummary[]> {
  return session.hasModel ? adaptersOf(session, session.model.summary.id) : [];
}

/** An adapter with its values on the host. */
export interface ReadAdapter {
  readonly summary: AdapterSummary;
  readonly run: AdapterRun | null;
  readonly adapter: Adapter;
  readonly values: ReadonlyMap<string, HostTensor>;
}

/** Reads an adapter of the loaded model's library. Throws if there is none with that id. */
export async function readAdapter(session: AdapterHost, id: string): Promise<ReadAdapter> {
  const held = session.heldAdapter(id);
  if (held) {
    const { summary, run, state } = held;
    return { summary, run, adapter: state.adapter, values: await state.read() };
  }
  const { modelId: _model, run, values, optimizer: _optimizer, ...summary } = await findKept(session, id);
  const adapter = methods[summary.method.id].bind(
    summary.method.options,
    session.model.engine.spec,
    summary.method.experts,
  );
  return { summary, run, adapter, values: await readHostTensors(values) };
}

/** Loads an adapter of the library onto the GPU. Throws if there is none with that id or memory runs out. */
export async function holdAdapter(session: AdapterHost, id: string): Promise<ActiveAdapter> {
  const held = session.heldAdapter(id);
  if (held) return held;
  const { summary, run, adapter, values } = await readAdapter(session, id);
  const state = AdapterState.of(session.model.engine.gpu, adapter, values);
  const active = { summary, run, state };
  session.holdAdapter(active);
  return active;
}

/** Merges an adapter of the library into a copy of the loaded model, on the GPU. Throws as {@link mergeOnGpu}. */
export async function holdMerged(session: Session, id: string): Promise<LoadedModel> {
  const held = session.heldMerged(id);
  if (held) return held;
  const { adapter, values } = await readAdapter(session, id);
  const merged = await mergeOnGpu(session.model.engine, adapter, values);
  session.holdMerged(id, merged);
  return merged;
}

/** The training template of an adapter of the loaded model; null for adapters without a run. */
export async function templateOfAdapter(session: AdapterHost, id: string): Promise<PromptTemplate | null> {
  const found = session.heldAdapter(id) ?? session.unsaved.find(id) ?? (await findAdapter(id));
  return found?.run ? templateOf(found.run.config) : null;
}

async function findKept(session: AdapterHost, id: string): Promise<StoredAdapter> {
  const kept = session.unsaved.find(id) ?? (await loadAdapter(id));
  if (kept && kept.modelId === session.model.summary.id) return kept;
  throw new LuthierError({ code: "adapter/not-kept" });
}
