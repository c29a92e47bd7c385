import { methodSpecs } from "../../shared/methods";
import { trainingFields } from "../../shared/training";
import {
  selectPresetValues,
  selectTrainingValues,
  type TrainingInputs,
  type TrainWarning,
} from "./selectors";

/** A change of one training option that fixes a warning. */
export interface TrainingFix {
  readonly field: "learningRate" | "validationSplit" | "maxLength";
  readonly value: number;
}

/** The fix for a warning, or null if it takes more than one option. */
export function trainingFixOf(warning: TrainWarning, state: TrainingInputs): TrainingFix | null {
  switch (warning.kind) {
    case "rate-high":
    case "rate-low": {
      const { low, high } = methodSpecs[state.methodId].learningRate;
      const { learningRate } = selectPresetValues(state);
      const value = Number(learningRate);
      return value >= low && value <= high ? { field: "learningRate", value } : null;
    }
    case "no-validation":
      return {
        field: "validationSplit",
        value: Number(selectPresetValues(state).validationSplit) || defaultOf("validationSplit"),
      };
    case "truncated":
    case "end-cut": {
      const value = Math.min(state.lengths?.longest ?? 0, state.model?.maxLength ?? Infinity);
      return value > Number(selectTrainingValues(state).maxLength) ? { field: "maxLength", value } : null;
    }
    default:
      return null;
  }
}

function defaultOf(name: TrainingFix["field"]): number {
  return Number(trainingFields.find((field) => field.name === name)?.default);
}
