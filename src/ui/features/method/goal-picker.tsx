import { NativeSelect, Radio } from "@mantine/core";
import { GOALS, OBJECTIVE_IDS, objectiveSpecs } from "../../../shared/objectives";
import { OptionGrid } from "../../components/option-grid";
import { useStudio } from "../../store/context";
import {
  possibleObjectives,
  selectGoal,
  selectObjectiveId,
  selectObjectiveProblems,
  selectObjectiveValues,
} from "../../store/goal";
import { isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./goal-picker.module.css";
import picker from "./method-picker.module.css";

/** What a run learns: answers, text, or which of two answers is better. */
export function GoalPicker() {
  const text = useText().objectives;
  const { locked, choose } = useStudio((state) => ({
    locked: isTraining(state),
    choose: state.chooseGoal,
  }));
  const { goal, possible, fit } = selectGoal(
    useStudio(({ datasets, datasetId, model, goalChoice }) => ({ datasets, datasetId, model, goalChoice })),
  );
  return (
    <div className={classes.goal}>
      <Radio.Group
        label={text.question}
        description={text.fits[fit]}
        inputWrapperOrder={["label", "input", "description"]}
        value={goal}
        onChange={(value) => {
          const found = GOALS.find((known) => known === value);
          if (found) choose(found);
        }}
      >
        <div className={classes.goals}>
          {GOALS.map((id) => (
            <Radio
              key={id}
              value={id}
              label={text.goals[id]}
              disabled={locked || !possible.includes(id)}
              className={picker.pill ?? ""}
              classNames={{ label: picker.pillLabel ?? "", inner: picker.pillInput ?? "" }}
            />
          ))}
        </div>
      </Radio.Group>
      {goal === "preferences" && <ObjectiveForm locked={locked} />}
    </div>
  );
}

function ObjectiveForm({ locked }: { locked: boolean }) {
  const text = useText();
  const { hints, choose, edit } = useStudio((state) => ({
    hints: state.showHints,
    choose: state.chooseObjective,
    edit: state.editObjective,
  }));
  const form = useStudio(({ datasets, datasetId, objectiveId: id, objectiveEdits }) => ({
    ...{ datasets, datasetId, objectiveId: id, objectiveEdits },
  }));
  const objectiveId = selectObjectiveId(form);
  const possible = possibleObjectives(form);
  const { titles, options, label } = text.objectives;
  return (
    <>
      <NativeSelect
        label={label}
        description={titles[objectiveId].summary}
        inputWrapperOrder={["label", "input", "description"]}
        className={classes.objective ?? ""}
        value={objectiveId}
        data={OBJECTIVE_IDS.map((id) => ({
          value: id,
          label: titles[id].title,
          disabled: !possible.includes(id),
        }))}
        disabled={locked}
        onChange={(event) => {
          const found = OBJECTIVE_IDS.find((known) => known === event.currentTarget.value);
          if (found) choose(found);
        }}
      />
      <OptionGrid
        key={objectiveId}
        fields={objectiveSpecs[objectiveId].fields}
        values={selectObjectiveValues(form)}
        problems={selectObjectiveProblems(form)}
        texts={options}
        showHints={hints}
        disabled={locked}
        onChange={edit}
      />
    </>
  );
}
