import { type ObjectiveChoice, type ObjectiveField, objectiveSpecs } from "../../shared/objectives";
import type { PairObjective } from "../ops/preference-loss";
import type { UnpairedObjective } from "../ops/unpaired-loss";

/** What a run minimises on answers that are better or worse. */
export type AnswerObjective = PairObjective | UnpairedObjective;

/** Binds the options of an objective; those that it does not have are off. */
export function bindObjective({ id, options }: ObjectiveChoice): AnswerObjective {
  const number = (name: ObjectiveField): number => {
    const field = objectiveSpecs[id].fields.find((candidate) => candidate.name === name);
    return field ? Number(options[name] ?? field.default) : 0;
  };
  if (objectiveSpecs[id].compares === "labels") {
    const weights = { desirable: number("desirable_weight"), undesirable: number("undesirable_weight") };
    return { compares: "labels", beta: number("beta"), ...weights };
  }
  // ORPO adds the whole likelihood, of the prompt too, and weighs the odds.
  const isOrpo = id === "orpo";
  return {
    compares: "pairs",
    shader: id,
    beta: isOrpo ? number("lambda") : number("beta"),
    labelSmoothing: number("label_smoothing"),
    gamma: number("simpo_gamma"),
    likelihood: isOrpo ? 1 : number("sft_weight") + number("cpo_alpha"),
    learnsPrompt: isOrpo,
  };
}
