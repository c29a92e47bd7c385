import { eventFile } from "../export/runs/event-file";
import { runJson, runTable } from "../export/runs/run-table";
import { wandbZip } from "../export/runs/wandb-file";
import { LuthierError } from "../lib/errors";
import type { RunExportFormat } from "../protocol/commands";
import type { LogLine } from "../protocol/log";
import type { Row } from "../shared/rows";
import type { HeldOut, ListedRun, RunDetails, RunLabel, RunState, RunSummary } from "../shared/run-record";
import { deleteCheckpoint, listAllRuns, runSizes } from "../storage/checkpoints";
import {
  findRunRecord,
  labelRun,
  listRunRecords,
  loadHeldOut,
  loadRunDetails,
  removeRunRecord,
  runRecordSizes,
} from "../storage/run-records";
import { isOwned } from "./run-lock";
import { heldOutOfSample, sampleId, samples } from "./samples";

/** All kept runs of any model, newest first. */
export async function listRuns(): Promise<ListedRun[]> {
  const [runs, sizes] = await Promise.all([listRunRecords(), runRecordSizes()]);
  const [checkpoints, checkpointSizes] = await Promise.all([listAllRuns(), runSizes()]);
  const resumable = new Set(checkpoints.map(({ adapter }) => adapter.id));
  const kept = runs.filter(({ deletedAt }) => deletedAt === null);
  return Promise.all(
    kept.map(async (run) => {
      const state = await currentState(run);
      return {
        ...run,
        state,
        resumable: state !== "running" && resumable.has(run.id),
        sizeBytes: (sizes.get(run.id) ?? 0) + (checkpointSizes.get(run.id) ?? 0),
      };
    }),
  );
}

/** A run with its curves. Throws if there is none with that id. */
export async function readRun(
  id: string,
): Promise<{ readonly summary: RunSummary; readonly details: RunDetails<LogLine> }> {
  const [summary, details] = await Promise.all([findRunRecord(id), loadRunDetails(id)]);
  if (!summary || !details) throw new LuthierError({ code: "config/no-such-run" });
  // The log was written by this worker, in the protocol's form.
  const log = details.log as RunDetails<LogLine>["log"];
  return { summary: { ...summary, state: await currentState(summary) }, details: { ...details, log } };
}

/** A run as a file. Throws if there is none with that id. */
export async function exportRun(
  id: string,
  format: RunExportFormat,
): Promise<{ readonly name: string; readonly file: Blob }> {
  const { summary, details } = await readRun(id);
  const stem = `luthier-run-${summary.number}`;
  switch (format) {
    case "json":
      return { name: `${stem}.json`, file: new Blob([runJson(summary, details)]) };
    case "csv":
      return { name: `${stem}.csv`, file: new Blob([runTable(details)]) };
    case "wandb":
      return { name: `${stem}-wandb.zip`, file: new Blob([wandbZip(summary, details)]) };
    case "tensorboard": {
      // TensorBoard takes files whose names contain "tfevents".
      const seconds = Math.floor(summary.startedAt / 1000);
      return {
        name: `events.out.tfevents.${seconds}.${stem}`,
        file: new Blob([eventFile(summary, details)]),
      };
    }
  }
}

/**
 * Changes what the user edits of a run; `deletedAt` deletes or restores it.
 * @throws LuthierError("busy") if it is to be deleted while a tab trains it
 */
export async function editRun(id: string, change: Partial<RunLabel>): Promise<void> {
  if (change.deletedAt != null && (await isOwned(id))) throw new LuthierError({ code: "busy/elsewhere" });
  if (!(await labelRun(id, change))) throw new LuthierError({ code: "config/no-such-run" });
}

/** Deletes the runs marked as deleted, with their checkpoints. Their adapters stay in the library. */
export async function tidyRuns(): Promise<void> {
  for (const { id, deletedAt } of await listRunRecords()) {
    if (deletedAt === null || (await isOwned(id))) continue;
    await deleteCheckpoint(id);
    await removeRunRecord(id);
  }
}

/** Ids of the deleted runs that can still be restored. */
export async function deletedRuns(): Promise<ReadonlySet<string>> {
  const runs = await listRunRecords();
  return new Set(runs.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id));
}

/**
 * Rows that the run behind an adapter has not trained on; none if that is unknown, as for imported adapters and those
 * of earlier versions.
 */
export async function heldOutOfRun(adapterId: string, count: number): Promise<readonly Row[]> {
  const run = await runOfAdapter(adapterId);
  const heldOut = run && (await loadHeldOut(run.id));
  if (!heldOut) return [];
  return (await sampleRows(heldOut, run)).slice(0, count);
}

/** A sample dataset's own held-out file comes first: none of its rows are in the dataset. */
async function sampleRows({ rows }: HeldOut, { config }: RunSummary): Promise<readonly Row[]> {
  if (config.validationDatasetId != null) return rows;
  const sample = (await samples()).find(({ id }) => sampleId(id) === config.datasetId);
  return sample ? [...(await heldOutOfSample(sample)), ...rows] : rows;
}

/** The run that trained an adapter; null if there is no record of it. */
export async function runOfAdapter(adapterId: string): Promise<RunSummary | null> {
  const own = await findRunRecord(adapterId);
  if (own) return own;
  return (await listRunRecords()).find(({ adapterIds }) => adapterIds.includes(adapterId)) ?? null;
}

/** A run stored as running that no tab owns was interrupted. */
async function currentState({ id, state }: RunSummary): Promise<RunState> {
  return state === "running" && !(await isOwned(id)) ? "interrupted" : state;
}
