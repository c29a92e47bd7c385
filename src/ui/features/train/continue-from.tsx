import { Button } from "@mantine/core";
import { useStudio } from "../../store/context";
import { isTraining, selectAdapter, selectMethodValues } from "../../store/selectors";
import { methodValues } from "../../store/training-values";
import { useText } from "../../text/text";
import classes from "./train-step.module.css";

/** Which adapter a run would go on from, and a way to the options that it was made with. */
export function ContinueFrom() {
  const text = useText();
  const { adapter, locked, same, take } = useStudio((state) => {
    const found = selectAdapter(state);
    const values = selectMethodValues(state);
    const options = found && methodValues(found.method.id, state.model, found.method.options);
    return {
      adapter: found,
      locked: isTraining(state),
      same:
        found?.method.id === state.methodId &&
        Object.entries(options ?? {}).every(([name, value]) => values[name] === value),
      take: state.takeMethod,
    };
  });
  if (!adapter) return null;
  return (
    <div className={classes.continueFrom}>
      <span>{text.train.continueFrom(adapter.name, adapter.steps)}</span>
      {!same && (
        <Button
          size="compact-sm"
          variant="light"
          disabled={locked}
          onClick={() => {
            take(adapter.method);
          }}
        >
          {text.train.takeMethod}
        </Button>
      )}
    </div>
  );
}
