import type { ModelCard } from "../../shared/model";
import { listModels as keptModels, removeModelLeftovers } from "../../storage/models";
import { builtInCard, builtInModels } from "../built-in";
import { deleteModelJob } from "../jobs/delete-model";
import { loadModelFilesJob, loadModelJob } from "../jobs/load-model";
import type { JobOwner } from "../jobs/owner";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names = "listModels" | "loadModel" | "loadModelFiles" | "deleteModel";

/** Choosing and loading of base models. */
export function modelHandlers(owner: JobOwner, session: Session): Pick<Handlers, Names> {
  return {
    listModels,
    loadModel: ({ id, quantization }, call) => owner.run(loadModelJob(session, id, quantization), call),
    loadModelFiles: (args, call) => owner.run(loadModelFilesJob(session, args), call),
    deleteModel: ({ id }, call) => owner.run(deleteModelJob(session, id), call),
  };
}

async function listModels(): Promise<ModelCard[]> {
  await removeModelLeftovers();
  const [builtIn, kept] = await Promise.all([builtInModels(), keptModels()]);
  return [...builtIn.map(builtInCard), ...kept];
}
