import type { NumberedRow, TrainingOffer, TrainingRun } from "../export/training-run";
import { fittingWarmup } from "../engine/train/schedule";
import { LuthierError } from "../lib/errors";
import type { Problem } from "../lib/problems/problem";
import type { RunConfig } from "../shared/training";
import { findDataset, streamNumberedRows } from "../storage/datasets";
import { loadRunDetails } from "../storage/run-records";
import type { EncodedRows } from "./encoded-rows";
import type { AdapterHost } from "./kept-adapter";
import { findOptimizer } from "./optimizer-state";
import { type RunSetup, setUpRun, startValues, validationInterval } from "./run-setup";

/** Losses given along, to compare with. */
const LOSSES = 100;

/** Offers an adapter's run for export, if its data is still what it was trained on. */
export async function offerRun(
  session: AdapterHost,
  encoded: EncodedRows,
  id: string,
  config: RunConfig,
): Promise<TrainingOffer> {
  const { problem, dataBytes } = await checkData(config);
  return { problem, dataBytes, load: () => loadRun(session, encoded, id, config) };
}

async function checkData(config: RunConfig): Promise<{ problem: Problem | null; dataBytes: number }> {
  try {
    const { name, edits, sizeBytes } = await findDataset(config.datasetId);
    const mixed = config.mixDatasetId ? await findDataset(config.mixDatasetId) : null;
    if (config.validationDatasetId) await findDataset(config.validationDatasetId);
    const changed = [
      { name, edits, before: config.datasetEdits },
      ...(mixed ? [{ ...mixed, before: config.mixDatasetEdits }] : []),
    ].find((each) => (each.before ?? "") !== (each.edits?.identity ?? ""));
    return {
      problem: changed ? { code: "data/edited-since-run", dataset: changed.name } : null,
      dataBytes: sizeBytes,
    };
  } catch (error) {
    if (error instanceof LuthierError) return { problem: error.problem, dataBytes: 0 };
    throw error;
  }
}

async function loadRun(
  session: AdapterHost,
  encoded: EncodedRows,
  id: string,
  config: RunConfig,
): Promise<TrainingRun> {
  const setup = await setUpRun(session, encoded, config);
  return wholeRun(session, setup, await startValues(session, setup), await recordedLosses(id));
}

/** A run with its data, for programs that repeat it. */
export async function wholeRun(
  session: AdapterHost,
  setup: RunSetup,
  start: TrainingRun["start"],
  losses: readonly number[],
): Promise<TrainingRun> {
  const { continueFrom, datasetId, validationDatasetId = null } = setup.config;
  return {
    ...runOf(setup),
    start,
    startOptimizer: continueFrom === null ? null : await findOptimizer(session, continueFrom),
    losses,
    rows: () => rowsInUse(datasetId),
    validationRows: validationDatasetId === null ? null : () => rowsInUse(validationDatasetId),
  };
}

/** The parts of a run that follow from its setup. */
export function runOf({
  config,
  training,
  adapter,
  data,
}: RunSetup): Omit<TrainingRun, "start" | "startOptimizer" | "losses" | "rows" | "validationRows"> {
  return {
    config,
    training,
    adapter,
    totalSteps: data.totalSteps,
    warmupSteps: fittingWarmup(training.warmupSteps, data.totalSteps),
    validationInterval: validationInterval(training, data),
    train: data.train,
    validation: data.validationSet,
    groups: (step) => data.groups(step),
  };
}

async function recordedLosses(id: string): Promise<number[]> {
  const steps = (await loadRunDetails(id))?.steps ?? [];
  const losses = new Map(steps.map(({ step, loss }) => [step, loss]));
  const found: number[] = [];
  for (let step = 1; step <= LOSSES; step++) {
    const loss = losses.get(step);
    if (loss === undefined) break;
    found.push(loss);
  }
  return found;
}

async function* rowsInUse(datasetId: string): AsyncGenerator<NumberedRow> {
  for await (const rows of streamNumberedRows(datasetId)) {
    for (const { row, number, leftOut } of rows) if (!leftOut) yield { row, number };
  }
}
