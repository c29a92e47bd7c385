import { methodSpecs } from "../../../shared/methods";
import { isRunning, isTraining } from "../../store/jobs";
import { selectAdapter, selectDataset, selectStepState, type StepId } from "../../store/selectors";
import type { StudioState } from "../../store/state";
import type { Text } from "../../text/en";

/** The quiet line under a step's name: where it stands, in a few words. */
export function stepDetail(state: StudioState, step: StepId, text: Text["shell"]["detail"]): string {
  if (selectStepState(state, step) === "problem") return text.problem;
  return details[step](state, text);
}

type Detail = (state: StudioState, text: Text["shell"]["detail"]) => string;

const details: Readonly<Record<StepId, Detail>> = {
  data(state, text) {
    if (isRunning(state, "import-dataset")) return text.importing;
    const dataset = selectDataset(state);
    return dataset ? dataset.name : text.noData;
  },
  model(state, text) {
    if (isRunning(state, "load-model")) return text.loading;
    return state.model ? state.model.title : text.noModel;
  },
  method(state) {
    return methodSpecs[state.methodId].title;
  },
  train(state, text) {
    if (isTraining(state) && state.run.totalSteps > 0) return text.step(state.run.step, state.run.totalSteps);
    const loss = state.result ? state.run.loss : null;
    return loss === null ? text.notTrained : text.loss(loss);
  },
  compare(state, text) {
    if (state.turns.length > 0) return text.asked(state.turns.length);
    return state.adapterId ? text.ask : text.noAdapter;
  },
  export(state, text) {
    const adapter = selectAdapter(state);
    return adapter ? text.size(adapter.sizeBytes) : text.noAdapter;
  },
};
