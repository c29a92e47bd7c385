import { exportOffers } from "../../export/registry";
import { deleteAdapterJob, renameJob, saveAdapterJob } from "../jobs/edit-library";
import { exportJob, exportPlanJob } from "../jobs/export";
import { importAdapterJob } from "../jobs/import-adapter";
import type { JobOwner } from "../jobs/owner";
import { pushJob } from "../jobs/push";
import { tryOnnxJob } from "../jobs/try-onnx";
import type { EncodedRows } from "../encoded-rows";
import { exportSource } from "../export-source";
import { libraryOf } from "../kept-adapter";
import type { Handlers } from "../serve";
import type { Session } from "../session";

type Names =
  | "listAdapters"
  | "renameAdapter"
  | "deleteAdapter"
  | "saveAdapter"
  | "listExports"
  | "makeExport"
  | "tryOnnx"
  | "exportPlan"
  | "pushToHub"
  | "importAdapter";

/** Commands of the adapter library: list, rename, export and import. */
export function adapterHandlers(
  owner: JobOwner,
  session: Session,
  encoded: EncodedRows,
): Pick<Handlers, Names> {
  return {
    listAdapters: () => libraryOf(session),
    renameAdapter: ({ id, name }, call) => owner.run(renameJob(session, id, name), call),
    deleteAdapter: ({ id }, call) => owner.run(deleteAdapterJob(session, id), call),
    saveAdapter: ({ id }, call) => owner.run(saveAdapterJob(session, id), call),
    async listExports({ id, template }) {
      const { source, name } = await exportSource(session, encoded, id, template);
      return exportOffers(source, name);
    },
    makeExport: (args, call) => owner.run(exportJob(session, encoded, args), call),
    tryOnnx: (args, call) => owner.run(tryOnnxJob(session, encoded, args), call),
    exportPlan: (args, call) => owner.run(exportPlanJob(session, encoded, args), call),
    pushToHub: (args, call) => owner.run(pushJob(session, encoded, args), call),
    importAdapter: ({ files }, call) => owner.run(importAdapterJob(session, files), call),
  };
}
