import { LuthierError } from "../../lib/errors";
import type { ModelCard } from "../../shared/model";
import { removeAdapterLeftovers } from "../../storage/adapters";
import { removeCheckpointLeftovers } from "../../storage/checkpoints";
import { listModels as keptModels, removeModelLeftovers } from "../../storage/models";
import { builtInCard, builtInModels } from "../built-in";
import { deleteModelJob } from "../jobs/delete-model";
import { loadModelFilesJob, loadModelJob } from "../jobs/load-model";
import { deleteOrphanJob } from "../jobs/edit-library";
import type { JobOwner } from "../jobs/owner";
import { listOrphans } from "../orphans";
import { isOwned } from "../run-lock";
import { removeReservations } from "../../storage/reserve";
import { removeRecordLeftovers } from "../../storage/run-records";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names = "listModels" | "loadModel" | "loadModelFiles" | "deleteModel" | "listOrphans" | "deleteOrphan";

/** Commands that list and load base models. */
export function modelHandlers(owner: JobOwner, session: Session): Pick<Handlers, Names> {
  return {
    listModels: () => listModels(session),
    loadModel: ({ id, quantization }, call) => owner.run(loadModelJob(session, id, quantization), call),
    loadModelFiles: (args, call) => owner.run(loadModelFilesJob(session, args), call),
    deleteModel: ({ id }, call) => owner.run(deleteModelJob(session, id), call),
    listOrphans: () => listOrphans(),
    deleteOrphan: (orphan, call) => owner.run(deleteOrphanJob(orphan), call),
  };
}

async function listModels({ emit }: Pick<Session, "emit">): Promise<ModelCard[]> {
  await removeLeftovers();
  const kept = await keptModels().catch((error: unknown): ModelCard[] => {
    if (!(error instanceof LuthierError)) throw error;
    emit("fault", error.toData());
    return [];
  });
  const builtIn = await builtInModels();
  return [...builtIn.map(builtInCard), ...kept];
}

/** Deletes what earlier visits left unfinished. A failure (e.g. on a full disk) must not hide the models. */
async function removeLeftovers(): Promise<void> {
  const removals = [
    removeModelLeftovers,
    removeAdapterLeftovers,
    removeCheckpointLeftovers,
    removeRecordLeftovers,
    () => removeReservations(isOwned),
  ];
  for (const remove of removals) await remove().catch(() => undefined);
}
