import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./run-figures.module.css";

const NONE = "–";

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
  /** Whether the run has continued since the measurement. */
  readonly isOld?: boolean;
}

function asFigure(item: readonly [string, string] | Figure): Figure {
  return "name" in item ? item : { name: item[0], value: item[1] };
}

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
  const { validationLoss, validationStep } = run;
  const isOld = validationStep !== null && validationStep < run.step;
  const validated: Figure = {
    name: figures.validation,
    value: validationLoss === null ? NONE : text.format.loss(validationLoss),
    ...(validationStep !== null && { note: text.run.atStep(validationStep), isOld }),
  };
  const items: readonly (readonly [string, string] | Figure)[] = [
    [figures.step, run.totalSteps > 0 ? text.run.stepOf(run.step, run.totalSteps) : NONE],
    [figures.epoch, run.totalSteps > 0 ? text.format.fixed(run.epoch, 2) : NONE],
    [figures.loss, run.loss === null ? NONE : text.format.loss(run.loss)],
    validated,
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
      {items.map(asFigure).map(({ name, value, note, isOld: old }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-old={old === true || undefined}>
            {value}
            {note !== undefined && <span className={classes.note}>{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
