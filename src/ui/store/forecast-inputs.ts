import type { CommandArgs } from "../../protocol/commands";
import { selectRunConfig } from "./selectors";
import type { StudioState } from "./state";

/**
 * Assumed GPU memory: browsers do not report it, but most GPUs have this much or more, and at least the maximum size of
 * one buffer.
 */
const TYPICAL_BYTES = 4e9;

/** The memory assumed until the user enters their GPU's. */
export function assumedBudget(maxBufferBytes: number): number {
  return Math.max(TYPICAL_BYTES, maxBufferBytes);
}

/** The inputs of a run's forecast with a key that identifies them; null while no run can be planned. */
export function forecastInputs(
  state: StudioState,
  budgetBytes: number,
): { key: string; args: CommandArgs<"forecastTraining">[0] } | null {
  const config = selectRunConfig(state);
  if (!config) return null;
  const {
    learningRate: _,
    weightDecay: _w,
    warmupSteps: _s,
    schedule: _h,
    maxGradNorm: _g,
    ...relevant
  } = config.training;
  // A model keeps its id when it is reloaded in 4 bits, a dataset when it is read again or edited.
  const used = [config.datasetId, config.validationDatasetId, config.mixDatasetId];
  const versions = state.datasets.flatMap(({ id, importedAt, edits }) =>
    used.includes(id) ? [[id, importedAt, edits?.identity]] : [],
  );
  const key = JSON.stringify([
    { ...config, training: relevant },
    versions,
    state.model?.precision,
    budgetBytes,
  ]);
  return { key, args: { config, budgetBytes } };
}
