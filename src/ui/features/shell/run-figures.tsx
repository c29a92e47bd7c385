import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./run-figures.module.css";

const NONE = "–";

/** Figures of the run, at fixed positions so that they stay readable as they change. */
export function RunFiguresView() {
  const text = useText();
  const { run, result, modelBytes } = useStudio((state) => ({
    run: state.run,
    result: state.result,
    modelBytes: state.model?.gpuBytes ?? null,
  }));
  const { figures } = text.run;
  const percent = (share: number): string => text.format.share(share);
  const memory = run.gpuBytes ?? modelBytes;
  const items: readonly (readonly [string, string])[] = [
    [figures.step, run.totalSteps > 0 ? text.run.stepOf(run.step, run.totalSteps) : NONE],
    [figures.epoch, run.totalSteps > 0 ? text.format.fixed(run.epoch, 2) : NONE],
    [figures.loss, run.loss === null ? NONE : text.format.loss(run.loss)],
    [figures.validation, run.validationLoss === null ? NONE : text.format.loss(run.validationLoss)],
    ...(run.accuracy === null ? [] : ([[figures.accuracy, percent(run.accuracy)]] as const)),
    ...(run.validationAccuracy === null
      ? []
      : ([[figures.validationAccuracy, percent(run.validationAccuracy)]] as const)),
    [figures.speed, run.tokensPerSecond ? text.format.rate(run.tokensPerSecond) : NONE],
    result
      ? [figures.took, text.format.exactly(result.elapsedMs)]
      : [figures.left, run.remainingMs === null ? NONE : text.format.about(run.remainingMs)],
    [figures.memory, memory ? text.format.bytes(memory) : NONE],
    [figures.modelMemory, modelBytes ? text.format.bytes(modelBytes) : NONE],
  ];
  return (
    <dl className={classes.figures}>
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
