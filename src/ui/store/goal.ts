import { defaultValues, type FieldValues } from "../../shared/fields";
import { type Goal, type ObjectiveChoice, objectiveSpecs } from "../../shared/objectives";
import { formProblems, type FieldProblems } from "./training-values";
import type { StudioState } from "./state";

/** The next run's goal, and what determines it. */
export interface GoalChoice {
  readonly goal: Goal;
  readonly possible: readonly Goal[];
  readonly fit: "no-data" | "answers" | "text" | "preferences" | "needs-decoder";
}

/** The user's goal if dataset and model allow it, else the dataset's default. */
export function selectGoal(
  state: Pick<StudioState, "datasets" | "datasetId" | "model" | "goalChoice">,
): GoalChoice {
  const dataset = state.datasets.find(({ id }) => id === state.datasetId);
  if (!dataset || dataset.rows === 0) return { goal: "answers", possible: [], fit: "no-data" };
  const { text = 0, preference = 0 } = dataset.kinds ?? {};
  if (text > 0 && text >= dataset.rows) return { goal: "text", possible: ["text"], fit: "text" };
  if (preference === 0) return { goal: "answers", possible: ["answers"], fit: "answers" };
  if (state.model?.autoModel === "AutoModelForSeq2SeqLM")
    return { goal: "answers", possible: ["answers"], fit: "needs-decoder" };
  const suiting: Goal = preference >= dataset.rows / 2 ? "preferences" : "answers";
  const chosen = state.goalChoice === "text" ? null : state.goalChoice;
  return { goal: chosen ?? suiting, possible: ["answers", "preferences"], fit: "preferences" };
}

type ObjectiveState = Pick<StudioState, "objectiveId" | "objectiveEdits">;

/** Values of the objective's form. */
export function selectObjectiveValues({ objectiveId, objectiveEdits }: ObjectiveState): FieldValues {
  return { ...defaultValues(objectiveSpecs[objectiveId].fields), ...objectiveEdits[objectiveId] };
}

export function selectObjectiveProblems(state: ObjectiveState): FieldProblems {
  return formProblems(objectiveSpecs[state.objectiveId].fields, selectObjectiveValues(state));
}

/** The objective of the next run; null unless it learns preferences. */
export function selectObjective(
  state: Parameters<typeof selectGoal>[0] & ObjectiveState,
): ObjectiveChoice | null {
  if (selectGoal(state).goal !== "preferences") return null;
  return { id: state.objectiveId, options: selectObjectiveValues(state) };
}
