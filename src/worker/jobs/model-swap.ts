import { cancelled, LuthierError } from "../../lib/errors";
import type { ActiveModel } from "../active";
import type { Session } from "../session";
import type { JobContext } from "./owner";
import { uploadModel } from "./upload-model";

/**
 * Brings another model onto the GPU while the one in use stays there. Where both do not fit, the one in use is freed
 * first, and loaded again when the other cannot be loaded then either.
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
    // A GPU that was lost took the model with it, and has told so.
    if (session.hasModel) await restore(session, before, context);
    throw error;
  }
}

/** Loads the evicted model again. Errors: that failed too, and no model is in use any more. */
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
