import { Button } from "@mantine/core";
import { trainingFields } from "../../../shared/training";
import { Notice } from "../../components/notice";
import { OptionGrid } from "../../components/option-grid";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { selectGoal } from "../../store/goal";
import { isTraining } from "../../store/jobs";
import { selectTrainingValues, selectTrainWarnings, type TrainWarning } from "../../store/selectors";
import { PRESETS } from "../../store/state";
import { formProblems } from "../../store/training-values";
import { type Text, useText } from "../../text/text";
import { ContinueFrom } from "./continue-from";
import { RateFinder } from "./rate-finder";
import { RunCharts } from "./run-charts";
import { SettingsFile } from "./settings-file";
import { SampleAnswers } from "./sample-answers";
import { RunForecast } from "./run-forecast";
import { RunLogView } from "./run-log-view";
import classes from "./train-step.module.css";

/** Fourth step: training options, warnings, and results of the run. */
export function TrainStep() {
  const text = useText();
  return (
    <StepSection step="train" intro={text.train.intro}>
      <Presets />
      <TrainingForm />
      <SettingsFile />
      <RateFinder />
      <RunForecast />
      <Warnings />
      <Outcome />
      <RunCharts />
      <SampleAnswers />
      <RunLogView />
    </StepSection>
  );
}

function Presets() {
  const text = useText();
  const { preset, changed, locked, choose } = useStudio((state) => ({
    preset: state.preset,
    changed: Object.keys(state.trainingEdits).length,
    locked: isTraining(state),
    choose: state.choosePreset,
  }));
  return (
    <div className={classes.presets}>
      <Button.Group aria-label={text.train.presetsLabel}>
        {PRESETS.map((id) => (
          <Button
            key={id}
            variant="default"
            className={classes.preset ?? ""}
            data-chosen={id === preset || undefined}
            aria-pressed={id === preset && changed === 0}
            disabled={locked}
            onClick={() => {
              choose(id);
            }}
          >
            {text.train.presets[id]}
          </Button>
        ))}
      </Button.Group>
      <span className={classes.presetHint}>
        {text.train.presetHints[preset]}
        {changed > 0 && ` · ${text.train.changed(changed)}`}
      </span>
    </div>
  );
}

function TrainingForm() {
  const text = useText();
  const { locked, hints, hasAdapter, pairs, edit } = useStudio((state) => ({
    locked: isTraining(state),
    hints: state.showHints,
    hasAdapter: state.adapterId !== null,
    // A pair is a text of its own, and its answers are what it says.
    pairs: selectGoal(state).goal === "preferences",
    edit: state.editTraining,
  }));
  const form = useStudio(({ preset, methodId, model, trainingEdits }) => ({
    preset,
    methodId,
    model,
    trainingEdits,
  }));
  const values = selectTrainingValues(form);
  const hidden = new Set<string>([
    ...(hasAdapter ? [] : ["continueAdapter"]),
    ...(pairs ? ["packing", "learnFrom"] : []),
  ]);
  return (
    <OptionGrid
      fields={trainingFields.filter(({ name }) => !hidden.has(name))}
      values={values}
      problems={formProblems(trainingFields, values)}
      texts={text.trainingOptions}
      showHints={hints}
      disabled={locked}
      onChange={edit}
      below={values.continueAdapter === true ? { continueAdapter: <ContinueFrom /> } : {}}
    />
  );
}

/** Warns if the last run has learned nothing. */
function Outcome() {
  const text = useText().train.learnedNothing;
  const { chance, loss } = useStudio(({ result, run }) => ({
    chance: result?.chanceLoss ?? null,
    loss: run.loss,
  }));
  if (chance === null || loss === null) return null;
  return (
    <Notice kind="warning" title={text.title}>
      {text.what(loss, chance)}
    </Notice>
  );
}

function Warnings() {
  const text = useText();
  const inputs = useStudio(({ preset, methodId, model, trainingEdits, lengths, environment }) => {
    return { preset, methodId, model, trainingEdits, lengths, environment };
  });
  const warnings = selectTrainWarnings(inputs);
  if (warnings.length === 0) return null;
  return (
    <Notice kind="warning" title={text.train.warnings}>
      <ul>
        {warnings.map((warning) => (
          <li key={warning.kind}>{warningSentence(warning, text)}</li>
        ))}
      </ul>
    </Notice>
  );
}

function warningSentence(warning: TrainWarning, text: Text): string {
  const sentences = text.train.warning;
  switch (warning.kind) {
    case "rate-high":
    case "rate-low":
      return sentences[warning.kind](warning.low, warning.high);
    case "truncated":
    case "end-cut":
      return sentences[warning.kind](warning.rows, warning.of);
    case "excluded": {
      const { rows, of, reason } = warning;
      return sentences.excluded(rows, of, reason ? text.problem(reason).what : "");
    }
    default:
      return sentences[warning.kind];
  }
}
