import { Button } from "@mantine/core";
import { isSameValue } from "../../../shared/fields";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { ownMethod } from "../../store/own-method";
import { selectAdapter, selectMethodValues } from "../../store/selectors";
import { methodValues } from "../../store/training-values";
import { useText } from "../../text/text";
import classes from "./train-step.module.css";

/** The adapter that a run would continue from, with a button that restores its options. */
export function ContinueFrom() {
  const text = useText();
  const { adapter, locked, same, take } = useStudio((state) => {
    const found = selectAdapter(state);
    const values = selectMethodValues(state);
    const method = found && ownMethod(found);
    const options = method && methodValues(method.id, state.model, method.options);
    return {
      adapter: found,
      locked: isTraining(state),
      same:
        found?.method.id === state.methodId &&
        Object.entries(options ?? {}).every(([name, value]) => isSameValue(values[name], value)),
      take: state.applyMethod,
    };
  });
  if (!adapter) return null;
  return (
    <div className={classes.continueFrom}>
      <span>{text.train.continueFrom(adapter.name, adapter.steps, (adapter.optimizerBytes ?? 0) > 0)}</span>
      {!same && (
        <Button
          size="compact-sm"
          variant="light"
          disabled={locked}
          onClick={() => {
            take(ownMethod(adapter));
          }}
        >
          {text.train.takeMethod}
        </Button>
      )}
    </div>
  );
}
