import { Button, Switch } from "@mantine/core";
import { methodSpecs } from "../../../shared/methods";
import { OptionGrid } from "../../components/option-grid";
import { ProblemAlert } from "../../components/problem-alert";
import { Term } from "../../components/term";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { selectMethodProblems, selectMethodValues } from "../../store/selectors";
import { useText } from "../../text/text";
import { PlanFigures, TrainedModules } from "./adapter-plan-view";
import { GoalPicker } from "./goal-picker";
import { MethodPicker } from "./method-picker";
import classes from "./method-step.module.css";
import { ModulePicker } from "./module-picker";

/** Third step: choose the method and its options, by PEFT's names. */
export function MethodStep() {
  const text = useText();
  const planProblem = useStudio((state) => state.planProblem);
  return (
    <StepSection step="method" intro={text.method.intro}>
      <GoalPicker />
      <MethodPicker />
      <ChosenMethod />
      <MethodForm />
      <ProblemAlert problem={planProblem} />
      <TrainedModules />
    </StepSection>
  );
}

/** What the selected method does, and how much of the model it would train. */
function ChosenMethod() {
  const text = useText();
  const methodId = useStudio((state) => state.methodId);
  const { title, summary } = text.methods[methodId];
  return (
    <div className={classes.chosen}>
      <div>
        <h3 className={classes.title}>{methodId === "lora" ? <Term id="lora">{title}</Term> : title}</h3>
        <p className={classes.summary}>{summary}</p>
      </div>
      <PlanFigures />
    </div>
  );
}

function MethodForm() {
  const text = useText();
  const { locked, hints, edit, reset, setHints } = useStudio((state) => ({
    locked: isTraining(state),
    hints: state.showHints,
    edit: state.editMethod,
    reset: state.resetMethod,
    setHints: state.setShowHints,
  }));
  const form = useStudio(({ methodId, model, methodEdits, plan }) => ({
    methodId,
    model,
    methodEdits,
    plan,
  }));
  const { methodId } = form;
  const { fields } = methodSpecs[methodId];
  const takesEnds = fields.some((field) => field.type === "modules" && field.ends === true);
  const edited = Object.keys(form.methodEdits[methodId] ?? {}).length > 0;
  return (
    <div className={classes.form}>
      <div className={classes.formBar}>
        <Switch
          label={text.method.explain}
          checked={hints}
          onChange={(event) => {
            setHints(event.currentTarget.checked);
          }}
        />
        {edited && (
          <Button size="compact-sm" variant="subtle" color="gray" disabled={locked} onClick={reset}>
            {text.method.reset}
          </Button>
        )}
      </div>
      <OptionGrid
        // Fields with equal names in different methods are distinct: drafts must not carry over.
        key={methodId}
        fields={fields}
        values={selectMethodValues(form)}
        problems={selectMethodProblems(form)}
        texts={text.methods[methodId].options}
        showHints={hints}
        disabled={locked}
        foldTitle={text.method.more}
        onChange={edit}
        below={{ target_modules: <ModulePicker withEnds={takesEnds} /> }}
      />
    </div>
  );
}
