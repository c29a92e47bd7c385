import { defaultValues, type FieldValues } from "../../shared/fields";
import {
  type Goal,
  OBJECTIVE_IDS,
  type ObjectiveChoice,
  type ObjectiveId,
  objectiveSpecs,
} from "../../shared/objectives";
import { formProblems, type FieldProblems } from "./training-values";
import type { StudioState } from "./state";

/** The next run's goal, and what determines it. */
export interface GoalChoice {
  readonly goal: Goal;
  readonly possible: readonly Goal[];
  readonly fit: "no-data" | "answers" | "answers-only" | "text" | "preferences" | "labels";
}

/** The user's goal if dataset and model allow it, else the dataset's default. */
export function selectGoal(
  state: Pick<StudioState, "datasets" | "datasetId" | "model" | "goalChoice">,
): GoalChoice {
  const dataset = state.datasets.find(({ id }) => id === state.datasetId);
  if (!dataset || dataset.rows === 0) return { goal: "answers", possible: [], fit: "no-data" };
  const { text = 0, preference = 0, labelled = 0 } = dataset.kinds ?? {};
  if (text > 0 && text >= dataset.rows) return { goal: "text", possible: ["text"], fit: "text" };
  const hasEncoder = state.model?.autoModel === "AutoModelForSeq2SeqLM";
  const judged = preference + labelled;
  const possible: Goal[] = ["answers", ...(hasEncoder ? [] : ["text" as const])];
  if (judged > 0) possible.push("preferences");
  const suiting: Goal = judged > 0 && judged >= dataset.rows / 2 ? "preferences" : "answers";
  const { goalChoice } = state;
  const goal = goalChoice && possible.includes(goalChoice) ? goalChoice : suiting;
  const withoutPairs = labelled > 0 ? "labels" : hasEncoder ? "answers-only" : "answers";
  return { goal, possible, fit: preference > 0 ? "preferences" : withoutPairs };
}

type ObjectiveState = Pick<StudioState, "datasets" | "datasetId" | "objectiveId" | "objectiveEdits">;

/** Objectives that the dataset allows: without pairs, those on labelled answers. */
export function possibleObjectives(
  state: Pick<StudioState, "datasets" | "datasetId">,
): readonly ObjectiveId[] {
  const dataset = state.datasets.find(({ id }) => id === state.datasetId);
  const hasPairs = (dataset?.kinds?.preference ?? 0) > 0;
  return OBJECTIVE_IDS.filter((id) => hasPairs || objectiveSpecs[id].compares === "labels");
}

/** The chosen objective if the dataset allows it, else the first that it does. */
export function selectObjectiveId(state: ObjectiveState): ObjectiveId {
  const possible = possibleObjectives(state);
  return possible.includes(state.objectiveId) ? state.objectiveId : (possible[0] ?? state.objectiveId);
}

/** Values of the objective's form. */
export function selectObjectiveValues(state: ObjectiveState): FieldValues {
  const id = selectObjectiveId(state);
  return { ...defaultValues(objectiveSpecs[id].fields), ...state.objectiveEdits[id] };
}

export function selectObjectiveProblems(state: ObjectiveState): FieldProblems {
  return formProblems(objectiveSpecs[selectObjectiveId(state)].fields, selectObjectiveValues(state));
}

/** The objective of the next run; null unless it learns preferences. */
export function selectObjective(
  state: Parameters<typeof selectGoal>[0] & ObjectiveState,
): ObjectiveChoice | null {
  if (selectGoal(state).goal !== "preferences") return null;
  return { id: selectObjectiveId(state), options: selectObjectiveValues(state) };
}
