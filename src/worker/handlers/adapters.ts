import { deleteAdapterJob, renameJob, saveAdapterJob } from "../jobs/edit-library";
import { exportJob } from "../jobs/export-adapter";
import { importAdapterJob } from "../jobs/import-adapter";
import { mergeJob } from "../jobs/merge";
import type { JobOwner } from "../jobs/owner";
import { libraryOf } from "../kept-adapter";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names =
  | "listAdapters"
  | "renameAdapter"
  | "deleteAdapter"
  | "saveAdapter"
  | "exportAdapter"
  | "mergeAdapter"
  | "importAdapter";

/** The library of adapters: listing, names, export and import. */
export function adapterHandlers(owner: JobOwner, session: Session): Pick<Handlers, Names> {
  return {
    listAdapters: () => libraryOf(session),
    renameAdapter: ({ id, name }, call) => owner.run(renameJob(session, id, name), call),
    deleteAdapter: ({ id }, call) => owner.run(deleteAdapterJob(session, id), call),
    saveAdapter: ({ id }, call) => owner.run(saveAdapterJob(session, id), call),
    exportAdapter: ({ id, withOptimizer }, call) => owner.run(exportJob(session, id, withOptimizer), call),
    mergeAdapter: ({ id, folder }, call) => owner.run(mergeJob(session, id, folder), call),
    importAdapter: ({ files }, call) => owner.run(importAdapterJob(session, files), call),
  };
}
