import { methodSpecs } from "../../shared/methods";
import type { Text } from "../text/text";
import { isRunning, isTraining } from "./jobs";
import { selectAdapter, selectDataset, selectMethodValues, selectTrainingValues } from "./selectors";
import type { StudioState } from "./state";
import type { StepId } from "./steps";

/** The state of a closed step in a line, such as "Spruce · 2.0M · f16". */
export function stepLine(state: StudioState, step: StepId, text: Text): string {
  return text.shell.lines.joined(lines[step](state, text).filter(Boolean));
}

type Line = (state: StudioState, text: Text) => readonly string[];

const lines: Readonly<Record<StepId, Line>> = {
  data(state, text) {
    if (isRunning(state, "import-dataset")) return [text.shell.detail.importing];
    const dataset = selectDataset(state);
    if (!dataset) return [text.shell.detail.noData];
    return [
      dataset.name,
      text.data.rowCount(dataset.rows),
      text.data.formatName(dataset.format ?? "alpaca", dataset.container),
    ];
  },
  model({ model, ...state }, text) {
    if (isRunning(state, "load-model")) return [text.shell.detail.loading];
    if (!model) return [text.shell.detail.noModel];
    return [model.title, text.format.compact(model.parameters), text.model.precision(model.precision)];
  },
  method(state, text) {
    const values = selectMethodValues(state);
    // The first option in a method's form is the one that best describes its size.
    const main = methodSpecs[state.methodId].fields[0];
    const plan = state.plan;
    return [
      text.methods[state.methodId].title,
      ...(main?.type === "integer" ? [`${main.name} ${String(values[main.name])}`] : []),
      ...(plan && plan.totalParameters > 0
        ? [
            text.shell.lines.trainable(
              plan.trainableParameters,
              plan.trainableParameters / plan.totalParameters,
            ),
          ]
        : []),
    ];
  },
  train(state, text) {
    const { run, runId } = state;
    if (isTraining(state) && run.totalSteps > 0) return [text.shell.detail.step(run.step, run.totalSteps)];
    const { epochs, maxSteps, batchSize, learningRate } = selectTrainingValues(state);
    const length =
      Number(maxSteps) > 0
        ? text.shell.lines.steps(Number(maxSteps))
        : text.shell.lines.epochs(Number(epochs));
    return [
      ...(runId !== null && run.loss !== null ? [text.shell.detail.loss(run.loss)] : []),
      length,
      text.shell.lines.batch(Number(batchSize)),
      text.shell.lines.rate(Number(learningRate)),
    ];
  },
  compare(state, text) {
    if (state.turns.length > 0) return [text.shell.detail.asked(state.turns.length)];
    return [state.adapterId ? text.shell.detail.ask : text.shell.detail.noAdapter];
  },
  export(state, text) {
    const adapter = selectAdapter(state);
    return adapter
      ? [adapter.name, text.shell.detail.size(adapter.sizeBytes)]
      : [text.shell.detail.noAdapter];
  },
};
