import { Button } from "@mantine/core";
import type { FitChange, TrainingForecast } from "../../../shared/forecast";
import { Notice } from "../../components/notice";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./run-forecast.module.css";

interface Props {
  readonly forecast: TrainingForecast;
  readonly budgetBytes: number;
  readonly maxBindingBytes: number;
  readonly disabled: boolean;
}

/** Suggested changes that make a run fit into memory, each applied with a click. */
export function FitChanges({ forecast, budgetBytes, maxBindingBytes, disabled }: Props) {
  const text = useText();
  const { memory, oversizedBytes, changes } = forecast;
  if (oversizedBytes !== null && memory.total <= budgetBytes) {
    return <Notice kind="warning">{text.forecast.oversized(oversizedBytes, maxBindingBytes)}</Notice>;
  }
  if (memory.total <= budgetBytes) return null;
  const helps = changes.some(({ fits }) => fits);
  return (
    <Notice kind="warning" title={text.forecast.tooMuch(memory.total - budgetBytes)}>
      {helps ? text.forecast.changesLead : text.forecast.noChange}
      <ul className={classes.changes}>
        {(helps ? changes.filter(({ fits }) => fits) : changes).map((change) => (
          <Change key={change.kind} change={change} disabled={disabled} />
        ))}
      </ul>
    </Notice>
  );
}

function Change({ change, disabled }: { change: FitChange; disabled: boolean }) {
  const text = useText();
  const { edit, quantise } = useStudio((state) => ({
    edit: state.editTraining,
    quantise: state.setQuantization,
  }));
  return (
    <li className={classes.change}>
      <Button
        variant="default"
        size="compact-md"
        className={classes.apply ?? ""}
        disabled={disabled}
        onClick={() => {
          for (const [name, value] of Object.entries(change.options)) edit(name, value);
          if (change.quantization) void quantise(change.quantization);
        }}
      >
        {change.quantization ? text.forecast.quantise : text.forecast.change(change.options)}
      </Button>
      <span className={classes.effect}>
        <strong>{text.format.bytes(change.totalBytes)}</strong>,{" "}
        {change.fits ? text.forecast.kinds[change.kind] : text.forecast.notEnough}
      </span>
    </li>
  );
}
