import type { CommandArgs } from "../../protocol/commands";
import { selectRunConfig } from "./selectors";
import type { StudioState } from "./state";

/** A GPU holds at least what it allows in one buffer; most have this much or more. Browsers do not tell. */
const USUAL_BYTES = 4e9;

/** The memory assumed until a person says what their GPU has. */
export function assumedBudget(maxBufferBytes: number): number {
  return Math.max(USUAL_BYTES, maxBufferBytes);
}

/** What the forecast of a run depends on, with a key that tells two apart; null while no run can be planned. */
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
  // A model that is loaded in fewer bits keeps its id.
  const key = JSON.stringify([{ ...config, training: relevant }, state.model?.precision, budgetBytes]);
  return { key, args: { config, budgetBytes } };
}
