import type { CommandArgs } from "../../protocol/commands";
import type { AdapterSummary } from "../../shared/adapter";
import type { DatasetSummary, PromptTemplate, RowExclusion, TemplateId } from "../../shared/data";
import { type FieldValues, isSameValue } from "../../shared/fields";
import { methodSpecs, type MethodChoice } from "../../shared/methods";
import { objectiveSpecs } from "../../shared/objectives";
import { LEARN_FROM, learnRuleOf, type RunConfig, THOUGHTS } from "../../shared/training";
import { selectGoal, selectObjective, selectObjectiveProblems } from "./goal";
import { isExcluded, isRunning, isTraining } from "./jobs";
import type { RunStatus, StudioState } from "./state";
import type { StepId } from "./steps";
import {
  formProblems,
  methodValues,
  presetValues,
  toTrainingOptions,
  type FieldProblems,
} from "./training-values";

type State = StudioState;

export function selectDataset(state: State): DatasetSummary | null {
  return state.datasets.find((dataset) => dataset.id === state.datasetId) ?? null;
}

/** The validation file of the dataset in use. */
export function selectValidation(state: Pick<State, "datasets" | "datasetId">): DatasetSummary | null {
  const { datasets, datasetId } = state;
  return datasets.find(({ validates }) => validates !== undefined && validates === datasetId) ?? null;
}

/** Datasets that can be mixed into the dataset in use. */
export function mixableDatasets(
  datasets: readonly DatasetSummary[],
  datasetId: string | null,
): readonly DatasetSummary[] {
  return datasets.filter(
    ({ id, rows, validates }) => id !== datasetId && validates === undefined && rows > 0,
  );
}

/** The dataset to mix in; null if there is none, or if it is the one in use. */
export function selectMixed(
  state: Pick<State, "datasets" | "datasetId" | "mixDatasetId">,
): DatasetSummary | null {
  const { datasets, datasetId, mixDatasetId } = state;
  return mixableDatasets(datasets, datasetId).find(({ id }) => id === mixDatasetId) ?? null;
}

/** Whether the form mixes in another dataset; not possible with pairs of answers. */
function wantsMixed(state: State): boolean {
  return selectTrainingValues(state).mixShare !== 0 && selectGoal(state).goal !== "preferences";
}

/** The adapter in use, or null if there is none. */
export function selectAdapter(state: Pick<State, "adapters" | "adapterId">): AdapterSummary | null {
  return state.adapters.find(({ id }) => id === state.adapterId) ?? null;
}

/** The template in use: the user's choice, else the model's own, else Alpaca. */
export function selectTemplateId(state: Pick<State, "templateId" | "templateSource" | "model">): TemplateId {
  const { templateId, templateSource, model } = state;
  const hasChat = model?.hasChatTemplate ?? true;
  const isThere = templateId === "chat" ? hasChat : templateId !== "custom" || templateSource !== null;
  if (templateId && isThere) return templateId;
  return hasChat ? "chat" : "alpaca";
}

/** The template in use, with its source if it is the user's. */
export function selectTemplate(
  state: Pick<State, "templateId" | "templateSource" | "model">,
): PromptTemplate {
  const templateId = selectTemplateId(state);
  const { templateSource } = state;
  return { templateId, ...(templateId === "custom" && templateSource !== null ? { templateSource } : {}) };
}

/** Values of the current method's form. */
export function selectMethodValues(state: Pick<State, "methodId" | "model" | "methodEdits">): FieldValues {
  return methodValues(state.methodId, state.model, state.methodEdits[state.methodId]);
}

/** What the training form follows from. */
export type TrainingInputs = Pick<
  State,
  | "preset"
  | "methodId"
  | "model"
  | "trainingEdits"
  | "lengths"
  | "datasets"
  | "datasetId"
  | "runs"
  | "measuredSpeed"
>;

export function trainingInputs(state: TrainingInputs): TrainingInputs {
  const { preset, methodId, model, trainingEdits, lengths, datasets, datasetId, runs, measuredSpeed } = state;
  return { preset, methodId, model, trainingEdits, lengths, datasets, datasetId, runs, measuredSpeed };
}

/** Values of the training form under the chosen preset, before the user's edits. */
export function selectPresetValues(state: TrainingInputs): FieldValues {
  const { preset, methodId, model } = state;
  const rough = presetValues(preset, methodId, model);
  const facts = { rows: usableRows(state), hasValidationFile: selectValidation(state) !== null };
  return presetValues(preset, methodId, model, {
    ...facts,
    stepMs: stepMs(state, Number(rough.batchSize) * Number(rough.gradientAccumulation)),
    isRateForShortRuns: false,
  });
}

/** Values of the training form. */
export function selectTrainingValues(state: TrainingInputs): FieldValues {
  return { ...selectPresetValues(state), ...state.trainingEdits };
}

/** How many fields of the training form differ from the preset. */
export function selectChangedFields(state: TrainingInputs): number {
  const preset = selectPresetValues(state);
  return Object.entries(state.trainingEdits).filter(([name, value]) => !isSameValue(preset[name], value))
    .length;
}

/** Rows that can be trained on, as far as that is known. */
function usableRows({ lengths, datasets, datasetId }: TrainingInputs): number | null {
  if (lengths) return lengths.rows - lengths.excluded;
  return datasets.find(({ id }) => id === datasetId)?.rows ?? null;
}

/** Expected time of a step of so many rows: as measured, or as the latest run of this model and method took. */
function stepMs(
  { lengths, model, methodId, runs, measuredSpeed }: TrainingInputs,
  rows: number,
): number | null {
  if (!lengths || lengths.rows === 0 || !model) return null;
  const isLike = ({ model: { id }, config, tokens, elapsedMs }: State["runs"][number]): boolean =>
    id === model.id && config.method.id === methodId && tokens > 0 && elapsedMs > 0;
  const run = runs.find(isLike);
  const measured = measuredSpeed?.modelId === model.id ? measuredSpeed.tokensPerSecond : null;
  const tokensPerSecond = measured ?? (run ? (run.tokens / run.elapsedMs) * 1000 : null);
  if (tokensPerSecond === null) return null;
  return ((rows * lengths.totalTokens) / lengths.rows / tokensPerSecond) * 1000;
}

/** Expected duration of a run under the form's values, in milliseconds; null if nothing was measured yet. */
export function selectExpectedMs(state: TrainingInputs, steps: number): number | null {
  const { batchSize, gradientAccumulation } = selectTrainingValues(state);
  const each = stepMs(state, Number(batchSize) * Number(gradientAccumulation));
  return each === null ? null : each * steps;
}

/** Problems of the method's form: those found by the page, then those reported for the model. */
export function selectMethodProblems(
  state: Pick<State, "methodId" | "model" | "methodEdits" | "plan">,
): FieldProblems {
  const own = formProblems(methodSpecs[state.methodId].fields, selectMethodValues(state));
  return { ...state.plan?.problems, ...own };
}

/** Arguments of `planAdapter` with a key that identifies them; null while incomplete. */
export function planInputs(state: State): { key: string; method: MethodChoice } | null {
  if (!state.model) return null;
  const options = selectMethodValues(state);
  if (Object.keys(formProblems(methodSpecs[state.methodId].fields, options)).length > 0) return null;
  const method = { id: state.methodId, options };
  const { fields } = methodSpecs[state.methodId];
  const library = fields.some(({ type }) => type === "adapters") ? state.adapters.map(({ id }) => id) : [];
  return { key: JSON.stringify([state.model.id, method, library]), method };
}

/** Arguments of `lengthStats` with a key that identifies them; null while incomplete. */
export function lengthInputs(state: State): { key: string; args: CommandArgs<"lengthStats">[0] } | null {
  const values = selectTrainingValues(state);
  const { maxLength } = values;
  const rule = learnRuleOf({
    learnFrom: LEARN_FROM.find((known) => known === values.learnFrom),
    thoughts: THOUGHTS.find((known) => known === values.thoughts),
  });
  const dataset = selectDataset(state);
  const objective = selectObjective(state);
  if (!state.model || !dataset || dataset.rows === 0 || typeof maxLength !== "number" || !(maxLength >= 8))
    return null;
  const args = {
    datasetId: dataset.id,
    ...selectTemplate(state),
    maxLength: Math.floor(maxLength),
    ...(selectGoal(state).goal === "text" ? { ...rule, learnFrom: "all" as const } : rule),
    compares: objective && objectiveSpecs[objective.id].compares,
  };
  return {
    key: JSON.stringify([state.model.id, dataset.importedAt, dataset.edits?.identity ?? "", args]),
    args,
  };
}

/** Whether a run with this status is still active. */
export function isUnderWay(status: RunStatus): boolean {
  return ["preparing", "running", "paused", "stopping"].includes(status);
}

/** Why training cannot start now, or null. */
export type TrainBlock =
  | "starting"
  | "no-gpu"
  | "no-data"
  | "importing"
  | "no-model"
  | "model-loading"
  | "method-problem"
  | "training-problem"
  | "no-mix"
  | "answering"
  | "measuring"
  | "exporting"
  | "busy";

export function selectTrainBlock(state: State): TrainBlock | null {
  if (state.environment && !state.environment.gpu) return "no-gpu";
  if (!state.dataLoaded || !state.modelsLoaded || !state.environment) return "starting";
  if (isRunning(state, "import-dataset")) return "importing";
  if (!selectDataset(state)?.rows) return "no-data";
  if (isRunning(state, "load-model")) return "model-loading";
  if (!state.model) return "no-model";
  if (Object.keys(selectMethodProblems(state)).length > 0 || state.planProblem) return "method-problem";
  if (selectObjective(state) && Object.keys(selectObjectiveProblems(state)).length > 0)
    return "method-problem";
  if (!toTrainingOptions(selectTrainingValues(state))) return "training-problem";
  if (wantsMixed(state) && !selectMixed(state)) return "no-mix";
  return busyWith(state);
}

/** The other work that blocks a run, or null. */
function busyWith(state: State): TrainBlock | null {
  if (isRunning(state, "answer")) return "answering";
  if (isRunning(state, "measure")) return "measuring";
  if (isRunning(state, "export")) return "exporting";
  const others = state.jobs.filter(({ kind }) => kind !== "train");
  return isExcluded({ jobs: others }, "train") ? "busy" : null;
}

/** The configuration of a run, or null if something is missing or invalid. */
export function selectRunConfig(state: State): RunConfig | null {
  const training = toTrainingOptions(selectTrainingValues(state));
  const dataset = selectDataset(state);
  if (!training || !dataset || !state.model) return null;
  // The field is hidden without an adapter to continue from, but its value may still be set.
  const continueFrom = training.continueAdapter ? state.adapterId : null;
  const mixed = wantsMixed(state) ? selectMixed(state) : null;
  if (wantsMixed(state) && !mixed) return null;
  return {
    datasetId: dataset.id,
    modelId: state.model.id,
    ...selectTemplate(state),
    method: { id: state.methodId, options: selectMethodValues(state) },
    training: {
      ...training,
      ...(selectGoal(state).goal === "text" ? { learnFrom: "all" } : {}),
      continueAdapter: continueFrom !== null,
      ...(!mixed && { mixShare: 0 }),
    },
    objective: selectObjective(state),
    continueFrom,
    validationDatasetId: selectValidation(state)?.id ?? null,
    mixDatasetId: mixed?.id ?? null,
  };
}

export { STEPS, type StepId } from "./steps";

export type StepState = "empty" | "ready" | "busy" | "done" | "problem";

/** The state of a step, for the navigation. */
export function selectStepState(state: State, step: StepId): StepState {
  return stepStates[step](state);
}

const stepStates: Readonly<Record<StepId, (state: State) => StepState>> = {
  data(state) {
    if (isRunning(state, "import-dataset")) return "busy";
    if (state.dataProblem) return "problem";
    return selectDataset(state)?.rows ? "done" : "empty";
  },
  model(state) {
    if (isRunning(state, "load-model")) return "busy";
    if (state.modelProblem) return "problem";
    return state.model ? "done" : "empty";
  },
  method(state) {
    if (Object.keys(selectMethodProblems(state)).length > 0 || state.planProblem) return "problem";
    return state.plan ? "done" : "ready";
  },
  train(state) {
    if (isTraining(state)) return "busy";
    if (state.trainProblem || ["training-problem", "no-mix"].includes(selectTrainBlock(state) ?? ""))
      return "problem";
    if (state.result) return "done";
    return selectTrainBlock(state) === null ? "ready" : "empty";
  },
  compare(state) {
    if (isRunning(state, "answer")) return "busy";
    if (state.turns.some(({ answers }) => answers[1]?.answer.state === "done")) return "done";
    return state.adapterId ? "ready" : "empty";
  },
  export(state) {
    if (isRunning(state, "export", "import-adapter")) return "busy";
    if (state.exportProblem) return "problem";
    if (state.lastExport) return "done";
    return state.adapterId ? "ready" : "empty";
  },
};

/** Warnings before a run; none of them blocks it. */
export type TrainWarning =
  | { readonly kind: "rate-high" | "rate-low"; readonly low: number; readonly high: number }
  | { readonly kind: "no-validation" | "no-end-token" }
  | {
      /** The model's tokenizer does not know the script of most rows. */
      readonly kind: "in-bytes";
      /** The built-in model's title; null for others, of whose languages nothing is known. */
      readonly builtIn: string | null;
    }
  | { readonly kind: "truncated" | "end-cut"; readonly rows: number; readonly of: number }
  | {
      readonly kind: "excluded";
      readonly rows: number;
      readonly of: number;
      /** The most common reason. */
      readonly reason: RowExclusion | null;
    }
  | { readonly kind: "software-gpu" };

export function selectTrainWarnings(
  state: TrainingInputs & Pick<State, "environment">,
): readonly TrainWarning[] {
  const values = selectTrainingValues(state);
  const { low, high } = methodSpecs[state.methodId].learningRate;
  const warnings: TrainWarning[] = [];
  if (typeof values.learningRate === "number") {
    if (values.learningRate > high) warnings.push({ kind: "rate-high", low, high });
    else if (values.learningRate > 0 && values.learningRate < low)
      warnings.push({ kind: "rate-low", low, high });
  }
  if (values.validationSplit === 0) warnings.push({ kind: "no-validation" });
  const { lengths } = state;
  if (lengths && lengths.inBytes > lengths.rows / 2) {
    const { model } = state;
    warnings.push({ kind: "in-bytes", builtIn: model?.source === "built-in" ? model.title : null });
  }
  if (lengths?.endTokenMissing) warnings.push({ kind: "no-end-token" });
  if (lengths && lengths.excluded > 0)
    warnings.push({
      kind: "excluded",
      rows: lengths.excluded,
      of: lengths.rows,
      reason: lengths.exclusions[0]?.reason ?? null,
    });
  if (lengths && lengths.truncated > 0) {
    warnings.push({ kind: "truncated", rows: lengths.truncated, of: lengths.rows });
  }
  if (lengths && lengths.endCut > 0) {
    warnings.push({ kind: "end-cut", rows: lengths.endCut, of: lengths.rows });
  }
  if (state.environment?.gpu?.software) warnings.push({ kind: "software-gpu" });
  return warnings;
}
