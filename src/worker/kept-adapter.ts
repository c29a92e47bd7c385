import { AdapterState } from "../engine/adapters/adapter-state";
import type { Adapter, HostTensor } from "../engine/adapters/common/method";
import { methods } from "../engine/adapters/registry";
import type { LoadedModel } from "../engine/models/loaded-model";
import { mergeOnGpu } from "../engine/adapters/merged-model";
import { hostTensorFile, readHostTensors } from "../export/peft";
import { LuthierError } from "../lib/errors";
import type { AdapterSummary } from "../shared/adapter";
import { listAdapters, loadAdapter, saveAdapter, type StoredAdapter } from "../storage/adapters";
import type { ActiveAdapter, AdapterRun } from "./active";
import type { Session } from "./session";

/** The loaded model, and those of its adapters that lie on the GPU. */
export type AdapterHost = Pick<
  Session,
  "hasModel" | "model" | "heldAdapters" | "heldAdapter" | "holdAdapter"
>;

/** Keeps an adapter that lies on the GPU in the loaded model's library, so that a reload finds it again. */
export async function keepAdapter(session: AdapterHost, adapter: ActiveAdapter): Promise<void> {
  const { summary, run, state, optimizer } = adapter;
  const values = hostTensorFile(await state.read());
  const stored = { ...summary, modelId: session.model.summary.id, run, values };
  const isWhole = await saveWith(stored, optimizer);
  if (session.heldAdapter(summary.id)?.state !== state) return;
  session.holdAdapter({ summary, run, state, kept: true, ...(!isWhole && optimizer && { optimizer }) });
}

/** Returns false where storage had room for the adapter, but not for the optimizer's state. */
async function saveWith(
  stored: StoredAdapter,
  optimizer: Uint8Array<ArrayBuffer> | undefined,
): Promise<boolean> {
  if (optimizer) {
    try {
      await saveAdapter({ ...stored, optimizer });
      return true;
    } catch (error) {
      if (!(error instanceof LuthierError) || error.code !== "storage") throw error;
    }
  }
  await saveAdapter({ ...stored, optimizerBytes: 0 });
  return !optimizer;
}

/** The adapters that are kept of a model, the latest first. */
export async function keptAdapters(modelId: string): Promise<AdapterSummary[]> {
  const kept = await listAdapters(modelId);
  return kept
    .map(({ modelId: _model, run: _run, ...summary }) => summary)
    .sort((a, b) => b.savedAt - a.savedAt);
}

/** The loaded model's adapters, the latest first: those kept, and those that storage had no room for. */
export async function libraryOf(session: AdapterHost): Promise<AdapterSummary[]> {
  if (!session.hasModel) return [];
  const kept = await keptAdapters(session.model.summary.id);
  const unkept = [...session.heldAdapters].filter((adapter) => !adapter.kept).map(({ summary }) => summary);
  const ids = new Set(unkept.map(({ id }) => id));
  const rest = kept.filter(({ id }) => !ids.has(id));
  return [...unkept, ...rest].sort((a, b) => b.savedAt - a.savedAt);
}

/** An adapter of the library with its values on the host. */
export interface ReadAdapter {
  readonly summary: AdapterSummary;
  readonly run: AdapterRun | null;
  readonly adapter: Adapter;
  readonly values: ReadonlyMap<string, HostTensor>;
}

/** Reads an adapter of the loaded model's library. Errors: there is none of that id. */
export async function readAdapter(session: AdapterHost, id: string): Promise<ReadAdapter> {
  const held = session.heldAdapter(id);
  if (held) {
    const { summary, run, state } = held;
    return { summary, run, adapter: state.adapter, values: await state.read() };
  }
  const { modelId: _model, run, values, ...summary } = await findKept(session, id);
  const adapter = methods[summary.method.id].bind(
    summary.method.options,
    session.model.engine.spec,
    summary.method.experts,
  );
  return { summary, run, adapter, values: await readHostTensors(values) };
}

/** An adapter of the library on the GPU. Errors: there is none of that id; no memory for it. */
export async function holdAdapter(session: AdapterHost, id: string): Promise<ActiveAdapter> {
  const held = session.heldAdapter(id);
  if (held) return held;
  const { summary, run, adapter, values } = await readAdapter(session, id);
  const state = AdapterState.of(session.model.engine.gpu, adapter, values);
  const active = { summary, run, state, kept: true };
  session.holdAdapter(active);
  return active;
}

/** The loaded model with an adapter of the library in its weights, on the GPU. Errors: as {@link mergeOnGpu}'s. */
export async function holdMerged(session: Session, id: string): Promise<LoadedModel> {
  const held = session.heldMerged(id);
  if (held) return held;
  const { adapter, values } = await readAdapter(session, id);
  const merged = await mergeOnGpu(session.model.engine, adapter, values);
  session.holdMerged(id, merged);
  return merged;
}

async function findKept(session: AdapterHost, id: string): Promise<StoredAdapter> {
  const kept = await loadAdapter(id);
  if (kept && kept.modelId === session.model.summary.id) return kept;
  throw new LuthierError({ code: "adapter/not-kept" });
}
