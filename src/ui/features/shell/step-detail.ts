import { isRunning, isTraining } from "../../store/jobs";
import { selectAdapter, selectDataset, selectStepState, type StepId } from "../../store/selectors";
import type { StudioState } from "../../store/state";
import type { Text } from "../../text/text";

/** The secondary line under a step's name: its state in a few words. */
export function stepDetail(state: StudioState, step: StepId, text: Text): string {
  const isProblem = selectStepState(state, step) === "problem";
  // After a refused file or model, the one before is still in use.
  const isInUse = (step === "data" && selectDataset(state)) || (step === "model" && state.model);
  return isProblem && !isInUse ? text.shell.detail.problem : details[step](state, text);
}

type Detail = (state: StudioState, text: Text) => string;

const details: Readonly<Record<StepId, Detail>> = {
  data(state, text) {
    if (isRunning(state, "import-dataset")) return text.shell.detail.importing;
    const dataset = selectDataset(state);
    return dataset ? dataset.name : text.shell.detail.noData;
  },
  model(state, text) {
    if (isRunning(state, "load-model")) return text.shell.detail.loading;
    return state.model ? state.model.title : text.shell.detail.noModel;
  },
  method(state, text) {
    return text.methods[state.methodId].title;
  },
  train(state, text) {
    if (isTraining(state) && state.run.totalSteps > 0)
      return text.shell.detail.step(state.run.step, state.run.totalSteps);
    const loss = state.runId === null ? null : state.run.loss;
    return loss === null ? text.shell.detail.notTrained : text.shell.detail.loss(loss);
  },
  compare(state, text) {
    if (state.turns.length > 0) return text.shell.detail.asked(state.turns.length);
    return state.adapterId ? text.shell.detail.ask : text.shell.detail.noAdapter;
  },
  export(state, text) {
    const adapter = selectAdapter(state);
    return adapter ? text.shell.detail.size(adapter.sizeBytes) : text.shell.detail.noAdapter;
  },
};
