import { methodSpecs } from "../../../shared/methods";
import { useStudio } from "../../store/context";
import { selectDataset, selectMethodValues } from "../../store/selectors";
import { useText } from "../../text/text";
import { useForecast } from "../train/forecast-context";
import classes from "./run-panel.module.css";

/** Summary of a run with the chosen options: "LoRA r 8 on Spruce, 200 rows, 60 steps, about 45 s, 26 MB". */
export function RunSummary() {
  const text = useText();
  const { remote, speed } = useForecast();
  const { methodId, size, model, rows, last } = useStudio((state) => {
    // A method's first option is the one that best describes its size.
    const main = methodSpecs[state.methodId].fields[0];
    return {
      methodId: state.methodId,
      size: main?.type === "integer" ? `${main.name} ${String(selectMethodValues(state)[main.name])}` : null,
      model: state.model?.title ?? null,
      rows: selectDataset(state)?.rows ?? null,
      last: state.result,
    };
  });
  const forecast = remote.value;
  if (model === null || rows === null || !forecast) return null;
  const perStep = last && last.steps > 0 ? last.elapsedMs / last.steps : null;
  return (
    <p className={classes.summary}>
      {text.run.summary({
        method: [text.methods[methodId].title, size].filter((part) => part !== null).join(" "),
        model,
        rows,
        steps: forecast.totalSteps,
        ms: speed ? (forecast.flops / speed.flopsPerSecond) * 1000 : perStep && perStep * forecast.totalSteps,
        bytes: forecast.memory.total,
      })}
    </p>
  );
}
