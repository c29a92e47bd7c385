import { editRun, exportRun, listRuns, readRun, tidyRuns } from "../run-library";
import type { Handlers } from "../serve";

type Names = "listRuns" | "readRun" | "exportRun" | "editRun" | "tidyRuns";

/** Commands of the kept runs. */
export function runHandlers(): Pick<Handlers, Names> {
  return {
    listRuns: () => listRuns(),
    readRun: ({ id }) => readRun(id),
    exportRun: ({ id, format }) => exportRun(id, format),
    editRun: ({ id, change }) => editRun(id, change),
    tidyRuns: () => tidyRuns(),
  };
}
