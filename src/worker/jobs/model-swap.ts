import { cancelled, LuthierError } from "../../lib/errors";
import type { ActiveModel } from "../active";
import type { Session } from "../session";
import type { JobContext } from "./owner";
import { uploadModel } from "./upload-model";

/**
 * Loads another model while the current one stays on the GPU. If both do not fit, the current one is evicted first, and
 * reloaded if the other still fails to load.
 */
export async function replaceModel<Prepared>(
  session: Session,
  context: JobContext,
  prepare: () => Promise<Prepared>,
): Promise<Prepared> {
  try {
    return await prepare();
  } catch (error) {
    if (!session.hasModel || !isOutOfMemory(error)) throw error;
  }
  const before = session.model;
  if (context.signal.aborted) throw cancelled();
  session.evictModel();
  try {
    return await prepare();
  } catch (error) {
    // If the device was lost, the model went with it and that was reported.
    if (session.hasModel) await restore(session, before, context);
    throw error;
  }
}

/** Reloads the evicted model. Throws if that fails too; then no model is loaded. */
async function restore(session: Session, before: ActiveModel, { report }: JobContext): Promise<void> {
  const { folder, engine, summary } = before;
  const { gpu, pipelines, tuning, tensors } = engine;
  try {
    const again = await uploadModel(folder.config, tensors, {
      gpu,
      pipelines,
      tuning,
      onProgress: (done, total) => report({ done, total, unit: "bytes", what: summary.title }),
    });
    session.restoreModel(again);
  } catch (failure) {
    if (session.hasModel) session.setModel(null);
    throw new LuthierError({ code: "work/no-model-left", title: summary.title }, { cause: failure });
  }
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof LuthierError && error.code === "out-of-memory";
}
