import { Button } from "@mantine/core";
import type { Field, FieldValues } from "../../../shared/fields";
import type { Goal } from "../../../shared/objectives";
import { PRESETS } from "../../../shared/presets";
import { trainingFields } from "../../../shared/training";
import { Notice } from "../../components/notice";
import { OptionGrid } from "../../components/option-grid";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { selectGoal } from "../../store/goal";
import { isTraining } from "../../store/jobs";
import { selectChangedFields, selectTrainingValues, trainingInputs } from "../../store/selectors";
import { formProblems } from "../../store/training-values";
import { useText } from "../../text/text";
import { ContinueFrom } from "./continue-from";
import { MixedDataset } from "./mixed-dataset";
import { RateFinder } from "./rate-finder";
import { RunCharts } from "./run-charts";
import { SettingsFile } from "./settings-file";
import { Sweep } from "./sweep";
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
      <Sweep />
      <RunForecast />
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
    changed: selectChangedFields(state),
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

/**
 * Options without effect on what is learned. A pair is a text of its own, its answers are what it says, and its loss is
 * computed without dropout of the base model, as in TRL. Text is learned whole.
 */
const hiddenFields: Readonly<Record<Goal, readonly string[]>> = {
  answers: [],
  text: ["learnFrom"],
  preferences: ["packing", "learnFrom", "mixShare", "baseModelDropout"],
};

/** The form's fields: a run ends after its steps, or where they have no limit after its epochs. */
function fieldsFor({ maxSteps }: FieldValues): readonly Field[] {
  return maxSteps === 0
    ? trainingFields.map((field) => (field.name === "epochs" ? { ...field, level: "basic" } : field))
    : trainingFields;
}

function TrainingForm() {
  const text = useText();
  const { locked, hints, showsAll, hasAdapter, goal, edit } = useStudio((state) => ({
    locked: isTraining(state),
    hints: state.showHints,
    showsAll: state.keepsStepsOpen,
    hasAdapter: state.adapterId !== null,
    goal: selectGoal(state).goal,
    edit: state.editTraining,
  }));
  const values = selectTrainingValues(useStudio(trainingInputs));
  const hidden = new Set<string>([...(hasAdapter ? [] : ["continueAdapter"]), ...hiddenFields[goal]]);
  return (
    <OptionGrid
      fields={fieldsFor(values).filter(({ name }) => !hidden.has(name))}
      values={values}
      problems={formProblems(trainingFields, values)}
      texts={text.trainingOptions}
      showHints={hints}
      disabled={locked}
      foldTitle={text.train.more}
      foldOpen={showsAll || values.continueAdapter === true || values.mixShare !== 0}
      onChange={edit}
      below={{
        ...(values.mixShare !== 0 && { mixShare: <MixedDataset /> }),
        ...(values.continueAdapter === true && { continueAdapter: <ContinueFrom /> }),
      }}
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
