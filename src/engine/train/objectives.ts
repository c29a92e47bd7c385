import { type ObjectiveChoice, type ObjectiveField, objectiveSpecs } from "../../shared/objectives";
import type { PairObjective } from "../ops/preference-loss";

/** The op's attributes for an objective's options; missing options are off. */
export function bindObjective({ id, options }: ObjectiveChoice): PairObjective {
  const number = (name: ObjectiveField): number => {
    const field = objectiveSpecs[id].fields.find((candidate) => candidate.name === name);
    return field ? Number(options[name] ?? field.default) : 0;
  };
  return {
    shader: id,
    beta: number("beta"),
    labelSmoothing: number("label_smoothing"),
    gamma: number("simpo_gamma"),
    likelihood: number("sft_weight") + number("cpo_alpha"),
  };
}
